package io.strmqtt.session.rocks;

import java.util.Optional;

/** One step of a {@link Unit}, in bytes already. */
sealed interface Change {
  /** About how much memory it takes, in bytes. */
  long size();

  /** Writes a row. */
  record Put(Family family, byte[] key, byte[] value) implements Change {
    @Override
    public long size() {
      return 64L + key.length + value.length;
    }
  }

  /** Removes a row, if it is there. */
  record Delete(Family family, byte[] key) implements Change {
    @Override
    public long size() {
      return 48L + key.length;
    }
  }

  /**
   * Adds an entry to a queue, unless the queue has ended.
   *
   * @param sharing whether the body is a row of its own
   */
  record Add(RocksQueue queue, long number, byte[] entry, boolean sharing) implements Change {
    @Override
    public long size() {
      return 80L + entry.length;
    }
  }

  /** Writes a body that several entries of the same unit share. */
  record Body(long number, byte[] body) implements Change {
    @Override
    public long size() {
      return 64L + body.length;
    }
  }

  /** Removes an entry, and its body with the last entry that shares it. */
  record Remove(long queue, long number) implements Change {
    @Override
    public long size() {
      return 64;
    }
  }

  /**
   * The queue gets no more entries.
   *
   * @param hasEntries whether it may have some, to be removed later
   */
  record End(RocksQueue queue, boolean hasEntries) implements Change {
    @Override
    public long size() {
      return 64;
    }
  }

  /**
   * Writes or removes the retained message of a topic, unless a later one has been written already.
   *
   * @param stamp greater than those of all earlier changes of the topic
   * @param message or its outline; empty to remove
   * @param body the message, if there is an outline; empty to remove that of an earlier message;
   *     absent if there is none to remove
   */
  record Retain(String topic, long stamp, byte[] message, Optional<byte[]> body) implements Change {
    @Override
    public long size() {
      return 96L + topic.length() + message.length + body.map(b -> b.length).orElse(0);
    }
  }
}
