package io.strmqtt.core.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of large payloads, copied once for the sockets of a loop. Many subscribers of one message
 * are in step, so the latest pieces are shared while somebody still has them. On the loop only.
 */
final class Chunks {
  /** Bytes of a piece. */
  static final int SIZE = 32 * 1024;

  private static final int SLOTS = 16;

  private final PendingBytes pending;
  private final @Nullable Chunk[] latest = new Chunk[SLOTS];
  private int next;

  Chunks(PendingBytes pending) {
    this.pending = pending;
  }

  /** A part of the payload for one socket; to be released by it. */
  ByteBuf of(byte[] payload, int from, int length, ByteBufAllocator allocator) {
    for (int i = 0; i < SLOTS; i++) {
      Chunk chunk = latest[i];
      if (chunk == null) {
        continue;
      }
      if (chunk.refCnt() == 0) {
        latest[i] = null;
      } else if (chunk.isOf(payload, from, length)) {
        return chunk.retainedDuplicate();
      }
    }
    ByteBuf copy = allocator.directBuffer(length).writeBytes(payload, from, length);
    Chunk chunk = new Chunk(copy, payload, from, pending);
    latest[next] = chunk;
    next = (next + 1) % SLOTS;
    return chunk;
  }

  /**
   * A copy that is never used for anything else once it was released: so whoever has seen it may
   * ask whether it is still there. Counted while it is.
   */
  private static final class Chunk extends UnpooledDirectByteBuf {
    private final ByteBuf copy;
    private final WeakReference<byte[]> payload;
    private final int from;
    private final PendingBytes pending;

    Chunk(ByteBuf copy, byte[] payload, int from, PendingBytes pending) {
      super(
          copy.alloc(),
          copy.internalNioBuffer(0, copy.readableBytes()).slice(),
          copy.readableBytes());
      this.copy = copy;
      this.payload = new WeakReference<>(payload);
      this.from = from;
      this.pending = pending;
      pending.addShared(copy.readableBytes());
    }

    boolean isOf(byte[] bytes, int begin, int length) {
      return from == begin && length == capacity() && payload.refersTo(bytes);
    }

    @Override
    protected void deallocate() {
      super.deallocate();
      pending.addShared(-copy.readableBytes());
      copy.release();
    }
  }
}
