package io.strmqtt.core.connection;

import io.strmqtt.core.Counters;
import io.strmqtt.core.LogText;
import io.strmqtt.core.session.Shard;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Something an authenticator has been asked: the edge between a connection and a plugin. The answer
 * comes on the connection's loop, whatever thread it was made on; what a plugin does instead of
 * answering is counted and logged. On the loop.
 *
 * @param <A> the answer
 */
final class Question<A> {
  private static final Logger LOG = LogManager.getLogger(Question.class);

  private final Shard shard;
  private final Counters counters;
  private final Consumer<Optional<A>> answer;
  private @Nullable CompletableFuture<A> asked;
  private boolean withdrawn;

  /**
   * @param answer given the answer, or nothing if the plugin failed, once; not at all if the
   *     question is withdrawn first
   */
  Question(Shard shard, Counters counters, Consumer<Optional<A>> answer) {
    this.shard = shard;
    this.counters = counters;
    this.answer = answer;
  }

  /** Asks; the answer may have come when this returns. */
  void ask(Supplier<CompletionStage<A>> plugin) {
    CompletableFuture<A> stage = call(plugin);
    asked = stage;
    stage.whenComplete((given, failure) -> shard.execute(() -> answered(given, failure)));
  }

  /** Whatever a plugin does instead of answering is a failure of its answer. */
  private static <A> CompletableFuture<A> call(Supplier<CompletionStage<A>> plugin) {
    try {
      return plugin.get().toCompletableFuture();
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void answered(@Nullable A given, @Nullable Throwable failure) {
    if (withdrawn) {
      return;
    }
    if (given == null) {
      failed(counters, failure);
    }
    answer.accept(Optional.ofNullable(given));
  }

  /** Counts and logs that a plugin did not do what it should. */
  static void failed(Counters counters, @Nullable Throwable failure) {
    counters.count(Counters.Event.PLUGIN_FAILURES);
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    LOG.error("event=authenticator_failed error={}", LogText.of(String.valueOf(cause)));
  }

  /** Nobody waits for the answer any more; nothing if it has come. */
  void withdraw() {
    withdrawn = true;
    if (asked != null) {
      asked.cancel(false);
    }
  }
}
