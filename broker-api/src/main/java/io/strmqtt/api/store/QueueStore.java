package io.strmqtt.api.store;

/** The queues of all sessions that are kept. Any thread. */
public interface QueueStore {
  /** A number for a message: greater than all before, also than those of earlier runs. */
  long nextNumber();

  /** A new and empty queue for the session of the client id; belongs to its record. */
  MessageQueue create(String clientId);

  /** How many messages wait, in all queues. */
  long size();
}
