package io.strmqtt.api.store;

import io.strmqtt.api.Message;
import java.util.function.Consumer;

/** The retained message of each topic. */
public interface RetainedStore {
  /**
   * Stores the message for its topic, replacing the one before. False if the store's limit forbids
   * a new topic.
   */
  boolean put(Message message);

  void remove(String topic);

  /** Removes the message, unless another has taken its place. */
  void expire(Message message);

  /**
   * Hands every message whose topic matches the filter to the consumer, on the calling thread, in
   * no particular order. Filters that begin with a wildcard do not match topics that begin with
   * {@code $} (MQTT 5, 4.7.2). Expired ones may be among them.
   */
  void match(String filter, Consumer<Message> consumer);

  /** How many there are. */
  long size();
}
