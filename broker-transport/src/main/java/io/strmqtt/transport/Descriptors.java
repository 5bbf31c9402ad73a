package io.strmqtt.transport;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many file descriptors the process may have, and how many are left. Some are kept back for the
 * store and the HTTP API: a broker whose clients have taken the last one could neither store nor
 * say what is wrong. Between two looks at the process it counts connections. On the accepting loop,
 * but for {@link #closed}.
 */
final class Descriptors {
  static final String TEXT = "raise LimitNOFILE of the service, or ulimit -n";

  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final File OPEN = new File("/proc/self/fd");
  private static final Pattern LIMIT = Pattern.compile("Max open files\\s+(\\d+)\\s.*");
  private static final long LEAST_RESERVE = 16;
  private static final long MOST_RESERVE = 512;

  /** Listing them takes milliseconds when there are thousands. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final long limit;
  private final long reserve;
  private final LongSupplier inUse;
  private final LongSupplier nanoTime;
  private final AtomicLong since = new AtomicLong();
  private long looked;
  private long used;

  /**
   * @param limit of the process; {@link Long#MAX_VALUE} if nobody knows
   * @param inUse counts the open ones
   */
  Descriptors(long limit, LongSupplier inUse, LongSupplier nanoTime) {
    this.limit = limit;
    this.reserve = Math.clamp(limit / 4, LEAST_RESERVE, MOST_RESERVE);
    this.inUse = inUse;
    this.nanoTime = nanoTime;
    look();
  }

  /** Those of this process. */
  static Descriptors ofProcess(LongSupplier nanoTime) {
    return new Descriptors(
        processLimit().orElse(Long.MAX_VALUE),
        () -> {
          String[] open = OPEN.list();
          return open == null ? 0 : open.length; // None is left to list them with: counted on.
        },
        nanoTime);
  }

  private static OptionalLong processLimit() {
    try {
      return limit(Files.readAllLines(LIMITS));
    } catch (IOException e) {
      return OptionalLong.empty(); // Not Linux.
    }
  }

  /** What the lines of {@code /proc/self/limits} say; empty if there is no limit. */
  static OptionalLong limit(List<String> lines) {
    return lines.stream()
        .map(LIMIT::matcher)
        .filter(Matcher::matches)
        .mapToLong(line -> Long.parseLong(line.group(1)))
        .findFirst();
  }

  private void look() {
    looked = nanoTime.getAsLong();
    since.set(0);
    used = Math.max(used, 0);
    long now = inUse.getAsLong();
    if (now > 0) {
      used = now;
    }
  }

  /** Whether another connection may be taken, which is open already. */
  boolean hasRoom() {
    if (limit == Long.MAX_VALUE) {
      return true;
    }
    long left = limit - used - since.get();
    if (left < 2 * reserve && nanoTime.getAsLong() - looked >= LOOK_NANOS) {
      look();
      left = limit - used;
    }
    return left > reserve;
  }

  /** A connection is taken. */
  void opened() {
    since.incrementAndGet();
  }

  /** One that was taken is closed. Any thread. */
  void closed() {
    since.decrementAndGet();
  }

  long limit() {
    return limit;
  }

  /** How many are kept back. */
  long reserve() {
    return reserve;
  }

  /** What so many connections need beside what is open now. */
  long needed(long connections) {
    return used + connections + reserve;
  }
}
