package io.strmqtt.core.connection;

import io.strmqtt.core.routing.Router;
import io.strmqtt.core.session.Shard;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps acknowledgements in the order of the publications they answer (4.6.0-2, 4.6.0-3), or of
 * their releases, whenever and on whatever thread the router or the store says that they may leave.
 * Those that a commit of the store has decided together leave together. On the connection's loop,
 * but for what those call.
 */
final class AckOrder {
  private final Shard shard;
  private final boolean canRefuse;
  private final BiConsumer<Pending, ReasonCode> write;
  private final Runnable flush;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final ArrayDeque<Pending> waiting = new ArrayDeque<>();

  /**
   * @param canRefuse whether an acknowledgement can say no: not before MQTT 5
   * @param write writes the acknowledgement of a publication
   * @param flush sends what was written
   */
  AckOrder(Shard shard, boolean canRefuse, BiConsumer<Pending, ReasonCode> write, Runnable flush) {
    this.shard = shard;
    this.canRefuse = canRefuse;
    this.write = write;
    this.flush = flush;
  }

  /** A publication, or its release, that is to be acknowledged. */
  final class Pending implements Router.Routed {
    final int packetId;
    final int qos;
    private volatile @Nullable ReasonCode code;

    private Pending(int packetId, int qos) {
      this.packetId = packetId;
      this.qos = qos;
    }

    @Override
    public void done(int subscribers) {
      answer(subscribers == 0 ? ReasonCode.NO_MATCHING_SUBSCRIBERS : ReasonCode.SUCCESS);
    }

    @Override
    public boolean refuse() {
      if (canRefuse) {
        answer(ReasonCode.QUOTA_EXCEEDED);
      }
      return canRefuse;
    }

    /** Whether the publication is refused. */
    boolean isRefused() {
      ReasonCode decided = code;
      return decided != null && decided.isError();
    }

    /** What the acknowledgement says, when its turn comes. */
    void answer(ReasonCode decided) {
      code = decided;
      if (shard.inLoop()) {
        writeReady();
      } else if (scheduled.compareAndSet(false, true)) {
        shard.execute(AckOrder.this::writeScheduled);
      }
    }
  }

  Pending expect(int packetId, int qos) {
    Pending pending = new Pending(packetId, qos);
    waiting.add(pending);
    return pending;
  }

  /** How many acknowledgements have not left yet. */
  int pending() {
    return waiting.size();
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

  private void writeScheduled() {
    // Off before the answers are looked at: one that is decided from now on comes here again.
    scheduled.set(false);
    writeReady();
  }

  private void writeReady() {
    boolean written = false;
    while (true) {
      Pending first = waiting.peek();
      ReasonCode code = first == null ? null : first.code;
      if (first == null || code == null) {
        break;
      }
      waiting.remove();
      write.accept(first, code);
      written = true;
    }
    if (written) {
      flush.run();
    }
  }
}
