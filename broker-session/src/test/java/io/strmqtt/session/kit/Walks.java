package io.strmqtt.session.kit;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.RetainedWalk;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Walks through retained messages to the end, on the calling thread. */
public final class Walks {
  private Walks() {}

  /** Hands all that match the filter to the consumer. */
  public static void all(RetainedStore store, String filter, Consumer<Message> consumer) {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    RetainedWalk[] walk = new RetainedWalk[1];
    Runnable take =
        () -> {
          while (!walk[0].isOver() && !walk[0].isReading()) {
            Message message = walk[0].next(3);
            if (message != null) {
              consumer.accept(message);
            }
          }
        };
    walk[0] = store.match(filter, tasks::add, take);
    take.run();
    while (!walk[0].isOver()) {
      try {
        Runnable task = tasks.poll(10, TimeUnit.SECONDS);
        if (task == null) {
          throw new AssertionError("a retained message was not read in ten seconds");
        }
        task.run();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
