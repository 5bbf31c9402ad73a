package io.strmqtt.core.connection;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.core.Counters;
import io.strmqtt.core.Deadlines;
import io.strmqtt.core.EventLog;
import io.strmqtt.core.routing.Subscriber;
import io.strmqtt.core.session.Attachment;
import io.strmqtt.core.session.Outbox;
import io.strmqtt.core.session.Publisher;
import io.strmqtt.core.session.Session;
import io.strmqtt.core.session.Shard;
import io.strmqtt.core.session.Will;
import io.strmqtt.mqtt.codec.MalformedPacketException;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Pubcomp;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrec;
import io.strmqtt.mqtt.packet.MqttPacket.Pubrel;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Unsuback;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The client is in: CONNACK has been sent, packets are handled as they come. */
final class Active implements Phase, Attachment, Outbox.Owner {
  private static final long TURN_NANOS = 20_000_000L;

  /** A packet that has begun ends within this time, and a second more for each of its bytes... */
  private static final long PACKET_GRACE_NANOS = 120_000_000_000L;

  /** ...divided by this: a slow link's 512 bytes in a second. */
  private static final int PACKET_BYTES_PER_SECOND = 512;

  private final MqttConnection owner;
  private final Services services;
  private final ClientTerms terms;
  private final Authorizer.Subject subject;
  private final Outbox outbox;
  private final Inbound inbound;
  private final Subscribing subscribing;
  private final Optional<Reauthentication> reauthentication;
  private Consumer<Active> ready;
  private final Deadlines.Entry keepAlive = new Deadlines.Entry(this::checkLife);
  private final Deadlines.Entry writeTimeout =
      new Deadlines.Entry(() -> end(Reason.WRITE_TIMEOUT, ReasonCode.UNSPECIFIED_ERROR));
  private @Nullable Session session;
  private long lastRead;
  private boolean held;
  private boolean blocked;
  private boolean working;
  private boolean sawPacket;

  /** When the packet began that is not complete; meaningful while there is one. */
  private long packetSince;

  private boolean inPacket;

  /** The deadline has been set in sight of a packet that is not complete. */
  private boolean watched;

  /**
   * @param ready called when the session is there and CONNACK is written
   */
  Active(
      MqttConnection owner, ClientTerms terms, Authorizer.Subject subject, Consumer<Active> ready) {
    this.owner = owner;
    this.services = owner.services();
    this.subject = subject;
    this.ready = ready;
    this.terms = terms;
    this.outbox =
        new Outbox(
            owner.connection(), terms.version(), services.broker().counters(), owner.shard(), this);
    this.inbound = new Inbound(this, services.broker(), terms.version());
    this.subscribing = new Subscribing(this, services.broker());
    this.reauthentication =
        terms.authenticationMethod().map(method -> new Reauthentication(this, services, method));
  }

  // As the session's attachment.

  @Override
  public Outbox outbox() {
    return outbox;
  }

  @Override
  public SessionRecord record() {
    return terms.record(owner.connection().endpoint());
  }

  @Override
  public int receiveMaximum() {
    return terms.receiveMaximum();
  }

  @Override
  public long maxPacketSize() {
    return terms.maxPacketSize();
  }

  @Override
  public int topicAliasMaximum() {
    return terms.topicAliasMaximum();
  }

  @Override
  public Optional<Will> will() {
    return terms.will();
  }

  @Override
  public void attached(Session joined, boolean present) {
    session = joined;
    services.broker().counters().count(Counters.Event.CONNECTIONS_ACCEPTED);
    EventLog.connected(terms.record(owner.connection().endpoint()), present);
    outbox.write(terms.connack(present)); // 3.2.0-1
    lastRead = shard().deadlines().now();
    arm();
  }

  @Override
  public void started() {
    Consumer<Active> go = ready;
    ready = active -> {}; // With it go CONNECT and what it held.
    go.accept(this);
    outbox.flush();
  }

  @Override
  public void detached(Reason reason) {
    ReasonCode code =
        switch (reason) {
          case TAKEN_OVER -> ReasonCode.SESSION_TAKEN_OVER;
          case SLOW_SUBSCRIBER -> ReasonCode.QUOTA_EXCEEDED;
          default -> ReasonCode.ADMINISTRATIVE_ACTION;
        };
    if (owner.isIn(this)) {
      close(reason, Optional.of(code));
    } else {
      // CONNACK has not been sent, so DISCONNECT may not be (3.14.0-1).
      owner.become(new Closed());
      owner.connection().close(reason);
    }
  }

  // As the connection's phase.

  @Override
  public boolean takesManyFilters() {
    if (!shard().isWorking()) {
      return true;
    }
    hold(() -> !owner.isIn(this) || !shard().isWorking());
    return false;
  }

  @Override
  public void packet(MqttPacket packet) {
    Session mine = session;
    if (mine == null) {
      return;
    }
    sawPacket = true;
    switch (packet) {
      case Publish publish -> inbound.publish(mine, publish);
      case Puback puback -> mine.outbound().acknowledged(puback.packetId());
      case Pubrec pubrec -> mine.outbound().received(pubrec.packetId(), pubrec.code().isError());
      case Pubrel pubrel -> inbound.release(mine, pubrel);
      case Pubcomp pubcomp -> mine.outbound().completed(pubcomp.packetId());
      case Subscribe subscribe -> subscribing.subscribe(mine, subscribe);
      case Unsubscribe unsubscribe -> subscribing.unsubscribe(mine, unsubscribe);
      case Pingreq ping -> write(new Pingresp()); // 3.12.4-1
      case Disconnect disconnect -> disconnected(mine, disconnect);
      case Connect again -> end(Reason.PROTOCOL_ERROR, ReasonCode.PROTOCOL_ERROR); // 3.1.0-2
      case Auth auth ->
          reauthentication.ifPresentOrElse(
              again -> again.packet(auth),
              () -> end(Reason.PROTOCOL_ERROR, ReasonCode.PROTOCOL_ERROR)); // MQTT-4.12.0-7
      case Connack no -> end(Reason.PROTOCOL_ERROR, ReasonCode.PROTOCOL_ERROR);
      case Suback no -> end(Reason.PROTOCOL_ERROR, ReasonCode.PROTOCOL_ERROR);
      case Unsuback no -> end(Reason.PROTOCOL_ERROR, ReasonCode.PROTOCOL_ERROR);
      case Pingresp no -> end(Reason.PROTOCOL_ERROR, ReasonCode.PROTOCOL_ERROR);
    }
  }

  private void disconnected(Session mine, Disconnect disconnect) {
    long expiry = disconnect.properties().number(Property.SESSION_EXPIRY_INTERVAL, -1);
    if (expiry > 0 && terms.sessionExpiry() == 0) {
      end(Reason.PROTOCOL_ERROR, ReasonCode.PROTOCOL_ERROR); // 3.14.2-2
      return;
    }
    if (expiry >= 0) {
      mine.expireAfter(Math.min(expiry, services.broker().limits().maxSessionExpiry()));
    }
    boolean clean = disconnect.code() == ReasonCode.SUCCESS;
    Reason reason = clean ? Reason.CLIENT_DISCONNECT : Reason.CLIENT_DISCONNECT_WITH_WILL;
    mine.detach(this, reason, !clean); // 3.14.4-3
    close(reason, Optional.empty());
  }

  @Override
  public void malformed(MalformedPacketException cause, Optional<MqttVersion> version) {
    Reason reason =
        switch (cause.code()) {
          case PACKET_TOO_LARGE -> Reason.PACKET_TOO_LARGE;
          case PROTOCOL_ERROR -> Reason.PROTOCOL_ERROR;
          case QUOTA_EXCEEDED -> Reason.USER_PROPERTIES_EXCEEDED;
          case TOPIC_ALIAS_INVALID -> Reason.TOPIC_ALIAS_INVALID;
          case TOPIC_NAME_INVALID, TOPIC_FILTER_INVALID -> Reason.TOPIC_INVALID;
          default -> Reason.MALFORMED_PACKET;
        };
    end(reason, cause.code()); // 4.13.1-1
  }

  @Override
  public void readComplete() {
    noteRead();
    if (session != null) {
      session.outbound().sendHeld();
    }
    outbox.flush();
  }

  /** Any byte is life: a large packet may take longer than the keep-alive on a slow link. */
  private void noteRead() {
    lastRead = shard().deadlines().now();
    if (sawPacket || !inPacket) {
      sawPacket = false;
      packetSince = lastRead;
    }
    inPacket = owner.connection().partialBytes() > 0;
    if (inPacket && !watched && session != null) {
      arm();
    }
  }

  @Override
  public void writabilityChanged() {
    outbox.writabilityChanged();
    applyReading();
  }

  @Override
  public void outOfMemory() {
    end(Reason.OUT_OF_MEMORY, ReasonCode.UNSPECIFIED_ERROR);
  }

  @Override
  public void flowChanged() {
    if (!owner.isIn(this)) {
      return;
    }
    boolean was = blocked;
    blocked = outbox.isBlocked();
    Deadlines deadlines = shard().deadlines();
    if (!blocked) {
      if (was) {
        packetSince = deadlines.now(); // Until now, we did not read.
      }
      deadlines.cancel(writeTimeout);
      if (session != null) {
        session.send();
      }
    } else {
      if (session != null) {
        session.outbound().blocked();
      }
      // Anew whenever a piece has left: a slow link may take long for a large packet.
      deadlines.set(writeTimeout, services.broker().limits().writeTimeout().toNanos());
    }
    if (was != blocked) {
      applyReading(); // A client that does not read its answers is not asked for more requests.
    }
  }

  private void applyReading() {
    if (owner.isIn(this)) {
      owner.connection().autoRead(!held && !blocked && !working);
    }
  }

  @Override
  public void lost(Optional<Reason> transportReason) {
    Reason reason = transportReason.orElse(Reason.CONNECTION_LOST);
    if (session != null) {
      session.detach(this, reason, true);
    }
    finish(reason);
  }

  @Override
  public void shutdown() {
    end(Reason.SERVER_SHUTDOWN, ReasonCode.SERVER_SHUTTING_DOWN);
  }

  /** Ends the connection for the client's fault or the broker's need; its will is due. */
  void end(Reason reason, ReasonCode code) {
    if (session != null) {
      session.detach(this, reason, true);
    }
    close(reason, Optional.of(code));
  }

  private void close(Reason reason, Optional<ReasonCode> code) {
    if (!owner.isIn(this)) {
      return;
    }
    if (reason == Reason.OUT_OF_MEMORY || !outbox.canConclude()) {
      owner.become(new Closed());
      finish(reason);
      owner.connection().abort(); // No other packet can begin before the rest of this one.
      return;
    }
    if (code.isPresent() && terms.version() == MqttVersion.V5) {
      outbox.write(new Disconnect(code.get(), Properties.NONE));
    }
    owner.become(new Closed()); // 3.14.4-1
    outbox.flush();
    finish(reason);
    owner.connection().close(reason); // 3.14.4-2
  }

  private void finish(Reason reason) {
    shard().deadlines().cancel(keepAlive);
    shard().deadlines().cancel(writeTimeout);
    reauthentication.ifPresent(Reauthentication::end);
    outbox.discard();
    services.broker().counters().count(reason);
    if (session != null) {
      EventLog.disconnected(terms.record(owner.connection().endpoint()), reason);
    }
  }

  /** Sets the one deadline for what comes first: the end of patience with silence, or a packet. */
  private void arm() {
    long due = Math.min(silenceLeft(), packetTimeLeft());
    watched = inPacket;
    if (due < Long.MAX_VALUE) {
      shard().deadlines().set(keepAlive, due);
    }
  }

  private long silenceLeft() {
    return terms.keepAlive() == 0
        ? Long.MAX_VALUE
        : lastRead + terms.keepAlive() * 1_500_000_000L - shard().deadlines().now();
  }

  private long packetTimeLeft() {
    long bytes = owner.connection().partialBytes();
    return inPacket
        ? packetSince
            + PACKET_GRACE_NANOS
            + bytes * 1_000_000_000L / PACKET_BYTES_PER_SECOND
            - shard().deadlines().now()
        : Long.MAX_VALUE;
  }

  private void checkLife() {
    if (held || blocked || working) {
      lastRead = shard().deadlines().now(); // The silence is ours: we do not read.
      packetSince = lastRead;
    }
    if (silenceLeft() <= 0) {
      end(Reason.KEEP_ALIVE_TIMEOUT, ReasonCode.KEEP_ALIVE_TIMEOUT); // 3.1.2-22
    } else if (packetTimeLeft() <= 0) {
      end(Reason.PACKET_TIMEOUT, ReasonCode.UNSPECIFIED_ERROR);
    } else {
      arm();
    }
  }

  /**
   * Stops reading until the slow subscriber, or the store, has caught up: the client's own writes
   * wait then.
   *
   * @param slow the subscriber that asked for it; null if it is the store
   * @param isBehind whether the store has not caught up with what the client publishes
   */
  void pauseReading(@Nullable Subscriber slow, BooleanSupplier isBehind) {
    if (held) {
      return;
    }
    services.broker().counters().count(Counters.Event.READS_PAUSED);
    long since = shard().deadlines().now();
    hold(() -> mayReadOn(slow, isBehind, since));
  }

  /**
   * Stops reading until the store has caught up, if it is behind: what is not written waits in
   * memory.
   */
  void awaitStore() {
    BooleanSupplier isBehind = services.broker().storage()::isBehind;
    if (!held && isBehind.getAsBoolean()) {
      hold(() -> !owner.isIn(this) || !isBehind.getAsBoolean());
    }
  }

  private void hold(BooleanSupplier mayReadOn) {
    held = true;
    applyReading();
    shard().pause(mayReadOn, this::readOn);
  }

  /** Whether a packet is worked on over several turns: the next ones wait. */
  void work(boolean on) {
    working = on;
    if (!on) {
      lastRead = shard().deadlines().now();
    }
    applyReading();
  }

  private boolean mayReadOn(@Nullable Subscriber slow, BooleanSupplier isBehind, long since) {
    return !owner.isIn(this)
        || (slow == null || !slow.isHoldingBack()) && !isBehind.getAsBoolean()
        || mayAcknowledge(since);
  }

  private void readOn() {
    held = false;
    lastRead = shard().deadlines().now();
    packetSince = lastRead;
    applyReading();
  }

  /**
   * Acknowledgements are read behind publications: clients that wait for each other to acknowledge
   * would wait for ever. So one that owes some gets its turn now and then, which lets in all of
   * them up to its next publication.
   */
  private boolean mayAcknowledge(long pausedSince) {
    return session != null
        && session.outbound().inFlight() > 0
        && !inbound.isOwedAll()
        && shard().deadlines().now() - pausedSince >= TURN_NANOS;
  }

  void write(MqttPacket packet) {
    put(packet);
    flush();
  }

  /** Writes what leaves with the next {@link #flush}. */
  void put(MqttPacket packet) {
    if (owner.isIn(this)) {
      outbox.write(packet);
    }
  }

  /** Sends what was put, unless more is being read: then it leaves with the answers to that. */
  void flush() {
    if (owner.isIn(this) && !owner.isReading()) {
      outbox.flush();
    }
  }

  /**
   * Writes an answer whose length the client's own packet decides; one it could not take ends the
   * connection (3.1.2-24).
   */
  void writeSized(MqttPacket packet) {
    if (MqttEncoder.size(packet, terms.version()) <= terms.maxPacketSize()) {
      write(packet);
    } else {
      end(Reason.PACKET_TOO_LARGE, ReasonCode.PACKET_TOO_LARGE);
    }
  }

  /**
   * Whether this is still the connection's phase: answers that come later than the end are
   * nobody's.
   */
  boolean isOpen() {
    return owner.isIn(this);
  }

  boolean isV5() {
    return terms.version() == MqttVersion.V5;
  }

  Authorizer.Subject subject() {
    return subject;
  }

  ClientTerms terms() {
    return terms;
  }

  Publisher publisher() {
    return services.sessions().publisher();
  }

  Shard shard() {
    return owner.shard();
  }
}
