package io.strmqtt.session.rocks;

import java.nio.charset.StandardCharsets;

/** What kinds of rows there are: the column families, by the names they have in the database. */
enum Family {
  /** Figures of the store itself by name. */
  META("default"),
  /** Client id: session. */
  SESSIONS("sessions"),
  /** Client id, filter: options. */
  SUBSCRIPTIONS("subscriptions"),
  /** Client id: will. */
  WILLS("wills"),
  /** Client id, queue: empty. The greatest queue is the session's. */
  OWNERS("owners"),
  /** Queue, message: entry. */
  QUEUE("queue"),
  /** Message: body that several entries share. */
  BODIES("bodies"),
  /** Message, queue: empty, for each entry that shares the body. */
  REFERENCES("references"),
  /** Queue, message: how far the QoS 2 handshake of an outbound message has come. */
  HANDSHAKES("handshakes"),
  /** Queue: the QoS 1 messages that were sent, and their packet identifiers. */
  SENT("sent"),
  /** Queue, packet identifier: empty, for each QoS 2 publication the client has not released. */
  RECEIVED("received"),
  /** Queue: empty, for each that has ended and may still have entries. */
  ENDED("ended"),
  /** Topic: retained message, or what stands for one whose body is a row of its own. */
  RETAINED("retained"),
  /** Topic: retained message that is not loaded when the store is opened. */
  RETAINED_BODIES("retained-bodies"),
  /** Who and why: refused attempts. */
  UNAUTHORIZED("unauthorized");

  private final byte[] label;

  Family(String label) {
    this.label = label.getBytes(StandardCharsets.US_ASCII);
  }

  byte[] label() {
    return label.clone();
  }

  @Override
  public String toString() {
    return new String(label, StandardCharsets.US_ASCII);
  }
}
