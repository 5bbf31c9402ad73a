package io.strmqtt.session.rocks;

import io.strmqtt.session.rocks.record.Damaged;
import io.strmqtt.session.rocks.record.HandshakeCodec;
import io.strmqtt.session.rocks.record.MessageCodec;
import io.strmqtt.session.rocks.record.OutlineCodec;
import io.strmqtt.session.rocks.record.QueueEntry;
import io.strmqtt.session.rocks.record.SentCodec;
import io.strmqtt.session.rocks.record.SessionCodec;
import io.strmqtt.session.rocks.record.SubscriptionCodec;
import io.strmqtt.session.rocks.record.UnauthorizedCodec;
import io.strmqtt.session.rocks.record.WillCodec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/** Reads every row of an open database and says which are not what they should be. */
final class StoreCheck {
  private static final int SHOWN_KEY_BYTES = 40;

  private final Database.Open open;
  private final Consumer<String> findings;
  private long rows;

  StoreCheck(Database.Open open, Consumer<String> findings) {
    this.open = open;
    this.findings = findings;
  }

  /** How many rows there are; what is wrong is told. */
  long run() {
    try {
      open.db().verifyChecksum();
    } catch (RocksDBException e) {
      findings.accept("a file does not have its checksum: " + Diagnosis.text(e));
    }
    for (Family family : Family.values()) {
      check(family);
    }
    return rows;
  }

  private void check(Family family) {
    long before = rows;
    try (Rows row = new Rows(open, family)) {
      for (; row.isValid(); row.next()) {
        rows++;
        byte[] key = row.key();
        try {
          check(family, key, row.value());
        } catch (Damaged e) {
          findings.accept(
              family + ", row " + (rows - before) + ", key " + shown(key) + ": " + e.getMessage());
        }
      }
    } catch (RocksDBException e) {
      findings.accept(
          family + ", behind row " + (rows - before) + ": unreadable: " + Diagnosis.text(e));
    }
  }

  private void check(Family family, byte[] key, byte[] value) throws RocksDBException {
    switch (family) {
      case META, ENDED -> Keys.first(family == Family.META ? value : key);
      case SESSIONS -> SessionCodec.fromBytes(Keys.clientId(key), value);
      case SUBSCRIPTIONS -> {
        SubscriptionCodec.fromBytes(Keys.filter(key), value);
        requireSession(key);
      }
      case WILLS -> {
        WillCodec.fromBytes(value);
        requireSession(key);
      }
      case OWNERS -> Keys.last(Arrays.copyOfRange(key, Keys.clientEnd(key), key.length));
      case QUEUE -> {
        if (QueueEntry.fromBytes(value).body().isEmpty()) {
          require(Family.BODIES, Keys.number(Keys.last(key)), "its body is missing");
          require(
              Family.REFERENCES,
              Keys.pair(Keys.last(key), Keys.first(key)),
              "its body does not count it");
        } else {
          MessageCodec.fromBytes(QueueEntry.fromBytes(value).body().get());
        }
      }
      case BODIES -> {
        MessageCodec.fromBytes(value);
        if (References.anyInDatabase(open, Keys.first(key)) == References.NONE) {
          throw new Damaged("no entry refers to it");
        }
      }
      case REFERENCES ->
          require(Family.QUEUE, Keys.pair(Keys.last(key), Keys.first(key)), "its entry is missing");
      case HANDSHAKES -> HandshakeCodec.fromBytes(Keys.last(key), value);
      case SENT -> SentCodec.fromBytes(value);
      case RECEIVED -> Keys.packetId(key);
      case RETAINED -> {
        if (OutlineCodec.isOutline(value)) {
          OutlineCodec.expiresAt(value);
          require(Family.RETAINED_BODIES, key, "its body is missing");
        } else {
          requireTopic(key, value);
        }
      }
      case RETAINED_BODIES -> {
        requireTopic(key, value);
        byte @Nullable [] outline = open.db().get(open.family(Family.RETAINED), key);
        if (outline == null || !OutlineCodec.isOutline(outline)) {
          throw new Damaged("no retained message refers to it");
        }
      }
      case UNAUTHORIZED -> UnauthorizedCodec.fromBytes(value);
    }
  }

  private static void requireTopic(byte[] key, byte[] message) {
    if (!MessageCodec.fromBytes(message).topic().equals(Keys.text(key))) {
      throw new Damaged("the message has another topic");
    }
  }

  private void requireSession(byte[] key) throws RocksDBException {
    require(Family.SESSIONS, Arrays.copyOf(key, Keys.clientEnd(key)), "its session is missing");
  }

  private void require(Family family, byte[] key, String otherwise) throws RocksDBException {
    byte @Nullable [] value = open.db().get(open.family(family), key);
    if (value == null) {
      throw new Damaged(otherwise);
    }
  }

  private static String shown(byte[] key) {
    return HexFormat.of().formatHex(key, 0, Math.min(key.length, SHOWN_KEY_BYTES))
        + (key.length > SHOWN_KEY_BYTES ? "..." : "");
  }
}
