package io.strmqtt.core.engine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What publishers have done to retained messages, and so what may be found on each topic. A
 * publication takes effect once or, at QoS 1, several times between its first sending and its
 * acknowledgement. It is overwritten for good by an acknowledged one that comes behind it: that was
 * begun when the other was acknowledged, or, from a publisher that repeats in order, was begun
 * later. But a repeat of QoS 1 takes effect behind a later publication of QoS 2 that is only
 * answered again: that order holds when the later one is repeated with effect, too, or the earlier
 * one without. Everything that is not overwritten for good may be what is retained, clearings too.
 */
final class RetainedHistory {
  /** Stands for no retained message. */
  static final String NONE = "";

  private final List<Write> writes = new ArrayList<>();
  private int time;

  /** A publication that sets the retained message of a topic, or clears it. */
  static final class Write {
    private final String topic;
    private final String value;
    private final String publisher;
    private final boolean inOrder;
    private final int qos;
    private final int begun;
    private int done = Integer.MAX_VALUE;

    private Write(
        String topic, String value, String publisher, boolean inOrder, int qos, int begun) {
      this.topic = topic;
      this.value = value;
      this.publisher = publisher;
      this.inOrder = inOrder;
      this.qos = qos;
      this.begun = begun;
    }

    private boolean isAcknowledged() {
      return done < Integer.MAX_VALUE;
    }

    private boolean isBefore(Write other) {
      return done < other.begun
          || inOrder
              && (qos == 2 || other.qos == 1)
              && publisher.equals(other.publisher)
              && begun < other.begun;
    }

    @Override
    public String toString() {
      return publisher + " sets [" + value + "] from " + begun + " to " + done;
    }
  }

  /**
   * A publication is sent, or will be with the next connection.
   *
   * @param inOrder whether the publisher repeats in the order of first sending, before all else
   */
  Write begin(String topic, String value, String publisher, boolean inOrder, int qos) {
    Write write = new Write(topic, value, publisher, inOrder, qos, ++time);
    writes.add(write);
    return write;
  }

  void acknowledged(Write write) {
    write.done = ++time;
  }

  /** What may be found on the topic now. */
  Set<String> possible(String topic) {
    List<Write> all = writes.stream().filter(write -> write.topic.equals(topic)).toList();
    Set<String> values =
        all.stream()
            .filter(
                write ->
                    all.stream()
                        .noneMatch(other -> other.isAcknowledged() && write.isBefore(other)))
            .map(write -> write.value)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (all.stream().noneMatch(Write::isAcknowledged)) {
      values.add(NONE);
    }
    return values;
  }

  /** Whether the latest publication to the topic is acknowledged and yet not what was found. */
  boolean isSurprise(String topic, String found) {
    List<Write> all = writes.stream().filter(write -> write.topic.equals(topic)).toList();
    return !all.isEmpty() && all.getLast().isAcknowledged() && !all.getLast().value.equals(found);
  }

  /** The publications to a topic, for a failure's text. */
  String text(String topic) {
    return writes.stream()
        .filter(write -> write.topic.equals(topic))
        .map(Write::toString)
        .collect(Collectors.joining("\n", topic + ":\n", "\n"));
  }
}
