package io.strmqtt.core.connection;

import io.strmqtt.api.Reason;
import io.strmqtt.core.Connection;
import io.strmqtt.core.ConnectionHandler;
import io.strmqtt.core.session.Outbox;
import io.strmqtt.core.session.Shard;
import io.strmqtt.mqtt.codec.MalformedPacketException;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import java.util.Optional;

/**
 * The engine's end of a connection: hands everything to the current phase. On the connection's
 * loop.
 */
public final class MqttConnection implements ConnectionHandler {
  private final Services services;
  private final Connection connection;
  private final Shard shard;
  private Phase phase;
  private boolean reading;

  /** Whether it is still neither accepted nor refused, and counts as such. */
  private boolean pending = true;

  public MqttConnection(Services services, Connection connection, Shard shard) {
    this.services = services;
    this.connection = connection;
    this.shard = shard;
    this.phase = new AwaitConnect(this);
    services.all().add(this);
    services.pending().incrementAndGet();
  }

  Services services() {
    return services;
  }

  Connection connection() {
    return connection;
  }

  Shard shard() {
    return shard;
  }

  boolean isIn(Phase some) {
    return phase == some;
  }

  /**
   * Whether packets are being handled right now, so that a flush will come with {@link
   * #readComplete}.
   */
  boolean isReading() {
    return reading;
  }

  /** Sends a packet while there is no session yet. */
  void write(MqttPacket packet, MqttVersion version) {
    Outbox out =
        new Outbox(connection, version, services.broker().counters(), shard, Outbox.NOBODY);
    out.write(packet);
    out.flush();
  }

  void become(Phase next) {
    assert shard.inLoop();
    phase = next;
    if (next instanceof Active || next instanceof Closed) {
      settled();
    }
  }

  private void settled() {
    if (pending) {
      pending = false;
      services.pending().decrementAndGet();
    }
  }

  /** Has the current phase say goodbye; any thread. */
  public void shutdown() {
    shard.execute(() -> phase.shutdown());
  }

  @Override
  public boolean takesManyFilters() {
    return phase.takesManyFilters();
  }

  @Override
  public void packet(MqttPacket packet) {
    reading = true;
    phase.packet(packet);
  }

  @Override
  public void malformed(MalformedPacketException cause, Optional<MqttVersion> version) {
    phase.malformed(cause, version);
  }

  @Override
  public void readComplete() {
    reading = false;
    phase.readComplete();
    services.broker().storage().flush();
  }

  @Override
  public void writabilityChanged() {
    phase.writabilityChanged();
  }

  @Override
  public void lost(Optional<Reason> reason) {
    try {
      phase.lost(reason);
    } finally {
      become(new Closed());
      services.open().remove(this);
      services.all().remove(this);
      services.broker().storage().flush(); // No read follows that would end what was noted.
    }
  }
}
