package io.strmqtt.api.store;

import io.strmqtt.api.Message;
import java.util.concurrent.Executor;

/** The retained message of each topic. */
public interface RetainedStore {
  /**
   * Stores the message for its topic, replacing the one before. False, and nothing changed, if the
   * store's limits forbid another topic or so many bytes more.
   */
  boolean put(Message message);

  void remove(String topic);

  /**
   * Removes messages that have expired, whether somebody asks for them or not. Called about once a
   * second, and again as long as there are as many as asked for.
   *
   * @param now milliseconds of the epoch
   * @param most how many at the most
   * @return how many were removed
   */
  int expire(long now, int most);

  /**
   * Begins a walk through the messages whose topics match the filter, in no particular order.
   * Filters that begin with a wildcard do not match topics that begin with {@code $} (MQTT 5,
   * 4.7.2). Cheap: nothing is looked at before the first step. A message that is put after this
   * call need not be handed over: whoever subscribed before gets it as it is published. Expired
   * ones may be among them.
   *
   * @param owner runs tasks on the thread that walks, one at a time and in their order
   * @param ready run by the owner each time a message that had to be read is there: {@link
   *     RetainedWalk#next} hands it over until this returns, and reads it anew later
   */
  RetainedWalk match(String filter, Executor owner, Runnable ready);

  /** How many there are. */
  long size();
}
