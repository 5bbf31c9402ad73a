package io.strmqtt.core.connection;

import io.strmqtt.core.routing.Router;
import io.strmqtt.core.session.Shard;
import java.util.ArrayDeque;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps acknowledgements in the order of the publications they answer (4.6.0-2, 4.6.0-3), whenever
 * and on whatever thread the router says that they may leave. On the connection's loop, but for
 * {@link Pending#done}.
 */
final class AckOrder {
  private final Shard shard;
  private final ObjIntConsumer<Pending> write;
  private final ArrayDeque<Pending> waiting = new ArrayDeque<>();

  /**
   * @param write writes the acknowledgement of a publication that went to so many subscribers
   */
  AckOrder(Shard shard, ObjIntConsumer<Pending> write) {
    this.shard = shard;
    this.write = write;
  }

  /** A publication that is to be acknowledged. */
  final class Pending implements Router.Routed {
    final int packetId;
    final int qos;
    private int subscribers = -1;

    private Pending(int packetId, int qos) {
      this.packetId = packetId;
      this.qos = qos;
    }

    @Override
    public void done(int count) {
      shard.execute(
          () -> {
            subscribers = count;
            writeReady();
          });
    }
  }

  Pending expect(int packetId, int qos) {
    Pending pending = new Pending(packetId, qos);
    waiting.add(pending);
    return pending;
  }

  /** Whether the acknowledgement of the packet identifier has not left yet. */
  boolean isPending(int packetId) {
    for (Pending pending : waiting) {
      if (pending.packetId == packetId) {
        return true;
      }
    }
    return false;
  }

  private void writeReady() {
    @Nullable Pending first;
    while ((first = waiting.peek()) != null && first.subscribers >= 0) {
      waiting.remove();
      write.accept(first, first.subscribers);
    }
  }
}
