package io.strmqtt.core;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Which of many like events get a line in the log: the first of each key, then one a minute with
 * the number since. Only so many keys are told apart; the events of others are folded into one
 * summary for each group, a line a minute at most. So whoever comes from many addresses can neither
 * fill the memory nor the log. Any thread.
 *
 * @param <K> what is told apart
 * @param <G> what is summed up when there are too many
 */
public final class LogSamples<K, G> {
  /** Keys told apart at a time, and thus lines a minute, give or take one for each thread. */
  static final int MOST_KEYS = 1000;

  private static final long QUIET_MILLIS = 60_000;
  private static final long SWEEP_MILLIS = 1000;

  private final Function<K, G> group;
  private final Map<K, Sample> samples = new ConcurrentHashMap<>();
  private final Map<G, Sample> summaries = new ConcurrentHashMap<>();
  private final AtomicLong sweepAt = new AtomicLong(Long.MIN_VALUE);

  /** When a line was last written, and how many events had none since. */
  private record Sample(long writtenAt, long suppressed) {}

  /** What to do about an event. */
  public sealed interface Verdict {}

  /**
   * Its line is written.
   *
   * @param more events of the key since its last line
   */
  public record Write(long more) implements Verdict {}

  /**
   * A line for its group is written.
   *
   * @param count events of the group since its last line that have none of their own, with this one
   */
  public record Summary(long count) implements Verdict {}

  /** Nothing is written. */
  public enum Quiet implements Verdict {
    QUIET
  }

  /**
   * @param group of a key; there must be few groups
   */
  public LogSamples(Function<K, G> group) {
    this.group = group;
  }

  /**
   * @param now milliseconds of a clock; always the same one
   */
  public Verdict add(K key, long now) {
    if (samples.size() >= MOST_KEYS && !samples.containsKey(key)) {
      sweep(now);
      if (samples.size() >= MOST_KEYS) {
        long count = count(summaries, group.apply(key), now);
        return count < 0 ? Quiet.QUIET : new Summary(count + 1);
      }
    }
    long more = count(samples, key, now);
    return more < 0 ? Quiet.QUIET : new Write(more);
  }

  /** The events since the last line if one is due, else -1. */
  private static <X> long count(Map<X, Sample> samples, X key, long now) {
    long[] since = {-1};
    samples.compute(
        key,
        (k, last) -> {
          if (last != null && now - last.writtenAt() < QUIET_MILLIS) {
            return new Sample(last.writtenAt(), last.suppressed() + 1);
          }
          since[0] = last == null ? 0 : last.suppressed();
          return new Sample(now, 0);
        });
    return since[0];
  }

  /** Forgets who may have a line again; what they are owed goes into the summary. */
  private void sweep(long now) {
    long due = sweepAt.get();
    if (now < due || !sweepAt.compareAndSet(due, now + SWEEP_MILLIS)) {
      return;
    }
    samples.forEach(
        (key, sample) -> {
          if (now - sample.writtenAt() >= QUIET_MILLIS
              && samples.remove(key, sample)
              && sample.suppressed() > 0) {
            summaries.compute(
                group.apply(key),
                (g, last) ->
                    last == null
                        ? new Sample(now - QUIET_MILLIS, sample.suppressed())
                        : new Sample(last.writtenAt(), last.suppressed() + sample.suppressed()));
          }
        });
  }

  /** Keys told apart now. */
  int size() {
    return samples.size();
  }
}
