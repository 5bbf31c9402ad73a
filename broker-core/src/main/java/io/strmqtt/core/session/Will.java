package io.strmqtt.core.session;

import io.strmqtt.api.Message;

/**
 * A will, ready to be published (MQTT 5, 3.1.2.5).
 *
 * @param message with {@code publishedAt} of the CONNECT; stamped anew when it is published
 * @param delay seconds between the end of the connection and publication
 */
public record Will(Message message, long delay) {}
