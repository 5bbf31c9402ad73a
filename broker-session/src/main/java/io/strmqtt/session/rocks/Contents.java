package io.strmqtt.session.rocks;

import java.util.concurrent.atomic.LongAdder;

/**
 * What all queues hold. Any thread.
 *
 * @param messages that wait in sessions
 * @param bytes of the rows of {@link Family#QUEUE}, about, with those of ended queues that are not
 *     removed yet
 */
record Contents(LongAdder messages, LongAdder bytes) {
  Contents() {
    this(new LongAdder(), new LongAdder());
  }
}
