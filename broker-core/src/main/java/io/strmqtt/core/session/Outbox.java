package io.strmqtt.core.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.strmqtt.core.Connection;
import io.strmqtt.core.Counters;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.codec.PublishFrame;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import org.jspecify.annotations.Nullable;

/**
 * The way out of one connection. Small packets are gathered in one buffer and leave together; a
 * large one leaves piece by piece, the next when the socket has taken the last, and what comes
 * behind it waits. So what a socket holds is bounded, however large packets are and however many
 * sockets take nothing. On the connection's loop only.
 */
public final class Outbox {
  private static final int BATCH = 16 * 1024;
  private static final int TIGHT_BATCH = 4 * 1024;

  /** What a topic alias may add to a packet, with longer length fields. */
  private static final int ALIAS_BYTES = 8;

  /** Bytes of a large packet before others have their turn. */
  private static final int TURN = 64 * 1024;

  /** For a few small packets that nobody waits for. */
  public static final Owner NOBODY =
      new Owner() {
        @Override
        public void flowChanged() {}

        @Override
        public void outOfMemory() {}
      };

  private final Connection connection;
  private final MqttVersion version;
  private final Counters counters;
  private final Shard shard;
  private final Owner owner;
  private @Nullable ByteBuf batch;
  private @Nullable Large large;

  /** Bytes of the large packet that were handed over. */
  private int written;

  private boolean unflushed;
  private boolean awaitsSocket;

  /** Whether the shard will come by for more of the large packet. */
  private boolean queued;

  private boolean stalled;
  private int packets;
  private long bytes;

  /** Bytes of pieces that the socket may not have taken yet: others may have the same ones. */
  private int sharedBytes;

  /** Whoever writes. Called on the connection's loop. */
  public interface Owner {
    /** The way out is blocked or free again, or the socket has taken what it had not. */
    void flowChanged();

    /** There is no memory for the rest of a packet: the connection must end. */
    void outOfMemory();
  }

  /**
   * A packet that leaves piece by piece. What is this client's own is written when it begins: until
   * then it takes no memory but the message's.
   */
  private record Large(
      PublishFrame frame,
      int qos,
      int packetId,
      boolean dup,
      long expiry,
      int alias,
      boolean named) {
    ByteBuf prefix(ByteBufAllocator allocator) {
      ByteBuf own = allocator.directBuffer(prefixSize());
      frame.writePrefix(own, qos, packetId, dup, expiry, alias, named);
      return own;
    }

    private int prefixSize() {
      return frame.prefixSize(alias, named);
    }

    private int rest() {
      return frame.head().length - frame.restAt();
    }

    int size() {
      return prefixSize() + rest() + frame.payload().length;
    }

    /** The bytes from an index behind the prefix on, at most so many, and all from one place. */
    ByteBuf piece(int from, int most, Chunks chunks, ByteBufAllocator allocator) {
      int at = from - prefixSize();
      if (at < rest()) {
        int length = Math.min(most, rest() - at);
        return chunks.of(frame.head(), frame.restAt() + at, length, allocator);
      }
      at -= rest();
      return chunks.of(frame.payload(), at, Math.min(most, frame.payload().length - at), allocator);
    }
  }

  public Outbox(
      Connection connection, MqttVersion version, Counters counters, Shard shard, Owner owner) {
    this.connection = connection;
    this.version = version;
    this.counters = counters;
    this.shard = shard;
    this.owner = owner;
  }

  public Connection connection() {
    return connection;
  }

  public MqttVersion version() {
    return version;
  }

  /** Whether there is room for another publication; if not, the owner is told when there is. */
  boolean isReady() {
    return large == null && takesMore();
  }

  /** Whether the socket takes nothing at present, as far as the last flush has shown. */
  public boolean isBlocked() {
    return stalled;
  }

  /**
   * Whether a large packet has not left as a whole: nothing else can be said before the rest of it.
   */
  boolean isMidPacket() {
    return large != null;
  }

  /**
   * Whether something else can be said; takes back a large packet that waits for its turn. For the
   * last words of a connection.
   */
  public boolean canConclude() {
    if (written == 0) {
      large = null;
    }
    return large == null;
  }

  /** Bytes of this connection alone that its socket has not taken. */
  long unsent() {
    long all = connection.unsent();
    return connection.sendsWithoutCopy() ? Math.max(0, all - sharedBytes) : all;
  }

  public void write(MqttPacket packet) {
    packets++;
    int size = MqttEncoder.size(packet, version);
    MqttEncoder.encode(packet, version, room(size));
    handOverIfFull();
  }

  /**
   * Writes a publication; only while there is room.
   *
   * @param expiry the remaining message expiry interval in seconds, if the frame has one
   * @param alias the topic alias, 0 for none
   * @param named whether the topic stands beside its alias
   */
  void write(
      PublishFrame frame,
      int qos,
      int packetId,
      boolean dup,
      long expiry,
      int alias,
      boolean named) {
    packets++;
    if (frame.size() < PublishFrame.LARGE) {
      ByteBuf out = room(frame.size() + ALIAS_BYTES);
      frame.writePrefix(out, qos, packetId, dup, expiry, alias, named);
      out.writeBytes(frame.head(), frame.restAt(), frame.head().length - frame.restAt());
      handOverIfFull();
      return;
    }
    handOver();
    Large now = new Large(frame, qos, packetId, dup, expiry, alias, named);
    large = now;
    written = 0;
    if (now.size() > Chunks.SIZE || shard.hasParts()) {
      proceedLater(); // Those with small packets must not wait for thousands of large ones.
    } else {
      proceed();
    }
  }

  /** The transport's way out is blocked or free again. */
  public void writabilityChanged() {
    proceedLater();
    handOver();
    connection.flush();
    checkFlow();
  }

  private boolean canProceed() {
    return large != null && takesMore();
  }

  private boolean takesMore() {
    return connection.isWritable() && !(awaitsSocket && shard.pending().isTight());
  }

  /** Has the shard come by for more of the large packet, if the socket takes it. */
  private void proceedLater() {
    if (!queued && canProceed()) {
      queued = true;
      shard.sendPart(this);
    }
  }

  /** Called by the shard: hands over more of the large packet. */
  void sendPart() {
    queued = false;
    if (!connection.isOpen()) {
      return;
    }
    unlessOutOfMemory(
        () -> {
          proceed();
          handOver();
          connection.flush();
          awaitSocket();
          if (large == null) {
            freed();
          } else {
            checkFlow();
          }
        });
  }

  /** For what the loop begins: nobody else would tell the owner. */
  private void unlessOutOfMemory(Runnable task) {
    try {
      task.run();
    } catch (OutOfMemoryError e) {
      owner.outOfMemory();
    }
  }

  /**
   * Hands over more of the large packet, as long as the socket takes it and it is our turn. Several
   * pieces leave together, unless memory is tight: then each has to leave before the next.
   */
  private void proceed() {
    int turn = TURN;
    Large now;
    while ((now = large) != null && canProceed()) {
      if (turn <= 0) {
        proceedLater();
        return;
      }
      turn -= writePiece(now);
      if (!connection.isWritable() || shard.pending().isTight()) {
        connection.flush();
        awaitSocket();
      }
    }
  }

  private int writePiece(Large now) {
    int most = shard.pending().isTight() ? TIGHT_BATCH : Chunks.SIZE;
    ByteBuf piece =
        written == 0
            ? now.prefix(connection.alloc())
            : now.piece(written, most, shard.chunks(), connection.alloc());
    int length = piece.readableBytes();
    sharedBytes += written == 0 ? 0 : length;
    written += length;
    bytes += length;
    if (written == now.size()) {
      large = null;
    }
    unflushed = true;
    connection.write(piece);
    return length;
  }

  /** Has the owner told when the socket has taken all, if it has not. */
  private void awaitSocket() {
    if (awaitsSocket) {
      return;
    }
    if (connection.unsent() > 0) {
      awaitsSocket = true;
      // Not in the middle of the flush that sends it, where it is still counted as unsent.
      connection.whenSent(() -> shard.later(this::sent));
    } else {
      sharedBytes = 0;
    }
  }

  private void sent() {
    awaitsSocket = false;
    sharedBytes = 0;
    unlessOutOfMemory(this::freed);
  }

  private void freed() {
    if (!connection.isOpen()) {
      return;
    }
    proceedLater();
    handOver();
    connection.flush();
    awaitSocket();
    stalled = !isReady();
    owner.flowChanged();
  }

  private void checkFlow() {
    awaitSocket();
    boolean now = !isReady();
    if (now != stalled) {
      stalled = now;
      owner.flowChanged();
    }
  }

  public void flush() {
    handOver();
    if (unflushed) {
      unflushed = false;
      counters.add(Counters.Event.PACKETS_SENT, packets);
      counters.add(Counters.Event.BYTES_SENT, bytes);
      packets = 0;
      bytes = 0;
      connection.flush();
      checkFlow();
    }
  }

  /** Gives back what was not sent. */
  public void discard() {
    ByteBuf rest = batch;
    if (rest != null) {
      batch = null;
      rest.release();
    }
    large = null;
  }

  private ByteBuf room(int size) {
    ByteBuf out = batch;
    if (out == null) {
      out = connection.alloc().ioBuffer(Math.max(256, size));
      batch = out;
    }
    return out;
  }

  private void handOverIfFull() {
    ByteBuf out = batch;
    if (out == null || large != null) {
      return;
    }
    if (shard.pending().isTight()) {
      if (out.readableBytes() >= TIGHT_BATCH) {
        handOver();
        connection.flush();
        awaitSocket();
      }
    } else if (out.readableBytes() >= BATCH) {
      handOver();
    }
  }

  private void handOver() {
    ByteBuf out = batch;
    if (out != null && large == null) {
      batch = null;
      unflushed = true;
      bytes += out.readableBytes();
      connection.write(out);
    }
  }
}
