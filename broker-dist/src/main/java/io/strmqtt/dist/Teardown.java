package io.strmqtt.dist;

import io.strmqtt.core.LogText;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * What has to be closed, in the reverse of the order it was opened; one failure does not keep the
 * others open.
 */
final class Teardown {
  private static final Logger LOG = LogManager.getLogger(Teardown.class);

  private final Deque<Step> steps = new ArrayDeque<>();

  private record Step(String name, Runnable close) {}

  /** Remembers what was just opened. */
  void add(String name, Runnable close) {
    steps.push(new Step(name, close));
  }

  void run() {
    while (!steps.isEmpty()) {
      Step step = steps.pop();
      try {
        step.close().run();
      } catch (RuntimeException | LinkageError e) {
        LOG.error(
            "event=close_failed part={} error={}", step.name(), LogText.of(String.valueOf(e)));
      }
    }
  }
}
