package io.strmqtt.session;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rows in the order they were last seen, as a log with holes: each sight of a row appends it with
 * the next sequence number and leaves a hole where it was; a full log moves its rows together. So a
 * sight costs constant time, spread over many, and a sequence number keeps its place while rows
 * move away from it. Not thread-safe.
 */
final class RecencyLog {
  private static final int FIRST_CAPACITY = 64;

  private @Nullable UnauthorizedRow[] rows = new @Nullable UnauthorizedRow[FIRST_CAPACITY];
  // the sequence number of each place, ascending, holes included
  private long[] sequences = new long[FIRST_CAPACITY];
  // the used part; the place at start is the least recently seen row or a hole
  private int start;
  private int end;
  private int size;
  private long nextSequence;

  void append(UnauthorizedRow row) {
    if (end == rows.length) {
      moveTogether();
    }
    row.place = end;
    rows[end] = row;
    sequences[end] = nextSequence++;
    end++;
    size++;
  }

  void remove(UnauthorizedRow row) {
    rows[row.place] = null;
    size--;
  }

  /** The least recently seen; null if there is none. */
  @Nullable UnauthorizedRow oldest() {
    while (start < end && rows[start] == null) {
      start++;
    }
    return start < end ? rows[start] : null;
  }

  /** Puts a row that is not in the log into the place of one that is. */
  void replace(UnauthorizedRow there, UnauthorizedRow by) {
    by.place = there.place;
    rows[there.place] = by;
  }

  /** The first place. */
  int start() {
    return start;
  }

  /** The last place with a lower sequence number; less than {@link #start} if there is none. */
  int placeBefore(long sequence) {
    int found = Arrays.binarySearch(sequences, start, end, sequence);
    return (found < 0 ? -found - 1 : found) - 1;
  }

  /** Null if it is a hole. */
  @Nullable UnauthorizedRow at(int place) {
    return rows[place];
  }

  long sequence(int place) {
    return sequences[place];
  }

  /**
   * Closes the holes, into arrays that are at most half full, so that the next time is as many
   * sights away.
   */
  private void moveTogether() {
    int capacity = Math.max(FIRST_CAPACITY, 2 * size);
    @Nullable UnauthorizedRow[] newRows = new @Nullable UnauthorizedRow[capacity];
    long[] newSequences = new long[capacity];
    int used = 0;
    for (int place = start; place < end; place++) {
      UnauthorizedRow row = rows[place];
      if (row != null) {
        newRows[used] = row;
        newSequences[used] = sequences[place];
        row.place = used;
        used++;
      }
    }
    rows = newRows;
    sequences = newSequences;
    start = 0;
    end = used;
  }
}
