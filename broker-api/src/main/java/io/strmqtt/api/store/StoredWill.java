package io.strmqtt.api.store;

import io.strmqtt.api.Message;

/**
 * What is to be published when a connection ends without DISCONNECT (MQTT 5, 3.1.2.5).
 *
 * @param delay seconds between the end of the connection and the publication, 0 to 4,294,967,295
 */
public record StoredWill(Message message, long delay) {}
