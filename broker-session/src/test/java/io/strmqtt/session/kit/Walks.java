package io.strmqtt.session.kit;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.RetainedWalk;
import java.util.function.Consumer;

/** Walks through retained messages to the end. */
public final class Walks {
  private Walks() {}

  /** Hands all that the walk finds to the consumer. */
  public static void all(RetainedWalk walk, Consumer<Message> consumer) {
    while (!walk.isOver()) {
      Message message = walk.next(3);
      if (message != null) {
        consumer.accept(message);
      }
    }
  }
}
