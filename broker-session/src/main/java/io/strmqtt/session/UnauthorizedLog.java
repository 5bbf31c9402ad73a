package io.strmqtt.session;

import io.strmqtt.api.Page;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedRecord;
import io.strmqtt.api.store.UnauthorizedStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Refused attempts in the order they were last seen, as a log with holes: each sight of a record
 * appends it with the next sequence number and leaves a hole where it was; a full log moves its
 * records together. So an attempt costs constant time, spread over many, and a cursor (the sequence
 * number of a page's last record) keeps its place while records move away from it: the next page
 * begins with the latest sight before it.
 *
 * <p>One lock. Strings from the wire are cut, so that a record's size has a bound.
 */
public final class UnauthorizedLog implements UnauthorizedStore {
  private static final int MAX_TEXT = 256;
  private static final int FIRST_CAPACITY = 64;

  private final int limit;
  private final Consumer<AttemptKey> forgotten;
  private final Map<AttemptKey, Entry> entries = new HashMap<>();

  private @Nullable Entry[] log = new @Nullable Entry[FIRST_CAPACITY];
  // the sequence number of each place in the log, ascending, holes included
  private long[] sequences = new long[FIRST_CAPACITY];
  // the log's used part; the place at start is the least recently seen record or a hole
  private int start;
  private int end;
  private long nextSequence;

  /**
   * @param limit how many records are kept, at least 1
   */
  UnauthorizedLog(int limit) {
    this(limit, key -> {});
  }

  /**
   * @param limit how many records are kept, at least 1
   * @param forgotten is told of each record that leaves, while the log is locked
   */
  public UnauthorizedLog(int limit, Consumer<AttemptKey> forgotten) {
    this.limit = limit;
    this.forgotten = forgotten;
  }

  /** Adds a record of an earlier run as the latest seen. */
  public synchronized void restore(UnauthorizedRecord record) {
    AttemptKey key = AttemptKey.of(record.last());
    Entry entry = new Entry(key, record);
    if (entries.containsKey(key)) {
      return;
    }
    if (entries.size() == limit) {
      forgetOldest();
    }
    entries.put(key, entry);
    append(entry);
  }

  /** The record as it is now; empty if it has left. */
  public synchronized Optional<UnauthorizedRecord> find(AttemptKey key) {
    return Optional.ofNullable(entries.get(key)).map(Entry::toRecord);
  }

  @Override
  public void record(UnauthorizedAttempt attempt) {
    count(attempt);
  }

  /** As {@link #record}; returns which record it is. */
  public AttemptKey count(UnauthorizedAttempt attempt) {
    UnauthorizedAttempt kept = cut(attempt);
    AttemptKey key = AttemptKey.of(kept);
    synchronized (this) {
      Entry entry = entries.get(key);
      if (entry == null) {
        if (entries.size() == limit) {
          forgetOldest();
        }
        entry = new Entry(key, kept);
        entries.put(key, entry);
      } else {
        entry.last = kept;
        entry.attempts++;
        log[entry.place] = null;
      }
      append(entry);
    }
    return key;
  }

  @Override
  public Page<UnauthorizedRecord> page(Optional<String> cursor, int limit) {
    Cursors.checkLimit(limit);
    long before = cursor.map(Cursors::toSequence).orElse(Long.MAX_VALUE);
    List<UnauthorizedRecord> items = new ArrayList<>(Math.min(limit, 1000));
    synchronized (this) {
      int found = Arrays.binarySearch(sequences, start, end, before);
      long last = before;
      for (int place = (found < 0 ? -found - 1 : found) - 1; place >= start; place--) {
        Entry entry = log[place];
        if (entry == null) {
          continue;
        }
        if (items.size() == limit) {
          return new Page<>(items, Optional.of(Cursors.of(last)));
        }
        items.add(entry.toRecord());
        last = sequences[place];
      }
    }
    return new Page<>(items, Optional.empty());
  }

  @Override
  public synchronized long size() {
    return entries.size();
  }

  private void append(Entry entry) {
    if (end == log.length) {
      moveTogether();
    }
    entry.place = end;
    log[end] = entry;
    sequences[end] = nextSequence++;
    end++;
  }

  private void forgetOldest() {
    Entry oldest = log[start];
    while (oldest == null) {
      oldest = log[++start];
    }
    log[start++] = null;
    entries.remove(oldest.key);
    forgotten.accept(oldest.key);
  }

  /**
   * Closes the holes, into arrays that are at most half full, so that the next time is as many
   * attempts away.
   */
  private void moveTogether() {
    int capacity = Math.max(FIRST_CAPACITY, 2 * entries.size());
    @Nullable Entry[] newLog = new @Nullable Entry[capacity];
    long[] newSequences = new long[capacity];
    int used = 0;
    for (int place = start; place < end; place++) {
      Entry entry = log[place];
      if (entry != null) {
        newLog[used] = entry;
        newSequences[used] = sequences[place];
        entry.place = used;
        used++;
      }
    }
    log = newLog;
    sequences = newSequences;
    start = 0;
    end = used;
  }

  private static UnauthorizedAttempt cut(UnauthorizedAttempt attempt) {
    if (attempt.clientId().isEmpty() && attempt.username().isEmpty()) {
      return attempt;
    }
    return new UnauthorizedAttempt(
        attempt.clientId().map(UnauthorizedLog::cut),
        attempt.endpoint(),
        attempt.username().map(UnauthorizedLog::cut),
        attempt.passwordProvided(),
        attempt.tlsUsed(),
        attempt.reason(),
        attempt.at());
  }

  private static String cut(String text) {
    if (text.length() <= MAX_TEXT) {
      return text;
    }
    // not between the halves of a character
    return text.substring(
        0, Character.isHighSurrogate(text.charAt(MAX_TEXT - 1)) ? MAX_TEXT - 1 : MAX_TEXT);
  }

  private static final class Entry {
    final AttemptKey key;
    final Instant firstSeen;
    UnauthorizedAttempt last;
    long attempts = 1;
    int place;

    Entry(AttemptKey key, UnauthorizedAttempt first) {
      this.key = key;
      this.firstSeen = first.at();
      this.last = first;
    }

    Entry(AttemptKey key, UnauthorizedRecord earlier) {
      this.key = key;
      this.firstSeen = earlier.firstSeen();
      this.last = earlier.last();
      this.attempts = earlier.attempts();
    }

    UnauthorizedRecord toRecord() {
      return new UnauthorizedRecord(last, firstSeen, last.at(), attempts);
    }
  }
}
