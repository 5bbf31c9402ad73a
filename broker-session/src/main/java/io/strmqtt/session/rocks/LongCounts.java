package io.strmqtt.session.rocks;

/** Counts by number, in two flat arrays (open addressing, linear probing). Numbers are above 0. */
final class LongCounts {
  private static final int FIRST_CAPACITY = 1024;

  private long[] numbers = new long[FIRST_CAPACITY];
  private int[] counts = new int[FIRST_CAPACITY];
  private int size;

  /** 0 if there is none. */
  int get(long number) {
    return counts[place(number)];
  }

  /** 0 removes it. */
  void put(long number, int count) {
    int place = place(number);
    if (count == 0) {
      if (counts[place] != 0) {
        remove(place);
      }
      return;
    }
    if (counts[place] == 0) {
      size++;
    }
    numbers[place] = number;
    counts[place] = count;
    if (size > numbers.length / 2) {
      grow();
    }
  }

  int size() {
    return size;
  }

  void clear() {
    numbers = new long[FIRST_CAPACITY];
    counts = new int[FIRST_CAPACITY];
    size = 0;
  }

  /** Where the number is, or would be: a place with count 0. */
  private int place(long number) {
    int mask = numbers.length - 1;
    int place = home(number);
    while (counts[place] != 0 && numbers[place] != number) {
      place = (place + 1) & mask;
    }
    return place;
  }

  /** Closes the gap, so that no probe ends too early. */
  private void remove(int removed) {
    int mask = numbers.length - 1;
    int gap = removed;
    for (int next = (gap + 1) & mask; counts[next] != 0; next = (next + 1) & mask) {
      if (((next - home(numbers[next])) & mask) >= ((next - gap) & mask)) {
        numbers[gap] = numbers[next];
        counts[gap] = counts[next];
        gap = next;
      }
    }
    counts[gap] = 0;
    size--;
  }

  private void grow() {
    long[] oldNumbers = numbers;
    int[] oldCounts = counts;
    numbers = new long[2 * oldNumbers.length];
    counts = new int[numbers.length];
    for (int i = 0; i < oldNumbers.length; i++) {
      if (oldCounts[i] != 0) {
        int place = place(oldNumbers[i]);
        numbers[place] = oldNumbers[i];
        counts[place] = oldCounts[i];
      }
    }
  }

  private int home(long number) {
    return (int) ((number * 0x9E37_79B9_7F4A_7C15L) >>> 32) & (numbers.length - 1);
  }
}
