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
  private int qos1;

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
    qos1 += qos == 1 ? 1 : 0;
    return pending;
  }

  /** How many QoS 1 publications wait for their acknowledgement. */
  int qos1() {
    return qos1;
  }

  /** Whether a QoS 2 publication waits for its PUBREC; walks the list, so only for repeats. */
  boolean isExpected(int packetId) {
    return waiting.stream().anyMatch(each -> each.qos == 2 && each.packetId == packetId);
  }

  private void writeReady() {
    @Nullable Pending first;
    while ((first = waiting.peek()) != null && first.subscribers >= 0) {
      waiting.remove();
      qos1 -= first.qos == 1 ? 1 : 0;
      write.accept(first, first.subscribers);
    }
  }
}
