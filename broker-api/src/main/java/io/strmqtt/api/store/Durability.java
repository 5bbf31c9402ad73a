package io.strmqtt.api.store;

/** What a change has survived once {@link Storage#whenDurable} says that it is durable. */
public enum Durability {
  /** A power cut: the device has confirmed it. */
  FSYNC,
  /** The end of the process: the operating system has it. */
  OS,
  /** Nothing: it is handed over to a thread that will write it. */
  NONE
}
