package io.strmqtt.api.admin;

import java.util.List;

/**
 * Reads the configuration again and applies what can change while the broker runs. Safe on every
 * thread; reads files, so never for an event loop.
 */
@FunctionalInterface
public interface Reload {
  Outcome run();

  /** What came of it. */
  sealed interface Outcome {}

  /**
   * The configuration is valid.
   *
   * @param changed what new connections find from now on: {@code listener.tcp.proxy.mode: required
   *     -> observe}
   * @param needsRestart the keys that differ from what the broker was started with and had no
   *     effect
   * @param warnings what works, but probably is not what was meant
   */
  record Applied(List<String> changed, List<String> needsRestart, List<String> warnings)
      implements Outcome {}

  /**
   * The configuration is invalid, and nothing has changed.
   *
   * @param problems all of them, one line each; at least one
   */
  record Refused(List<String> problems) implements Outcome {}
}
