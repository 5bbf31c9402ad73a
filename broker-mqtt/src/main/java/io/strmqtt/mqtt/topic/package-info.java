/**
 * Topic names and topic filters (section 4.7) and shared subscriptions' filters (section 4.8.2).
 * Stateless, for any thread; knows nothing of who subscribes.
 */
@NullMarked
package io.strmqtt.mqtt.topic;

import org.jspecify.annotations.NullMarked;
