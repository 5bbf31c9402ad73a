package io.strmqtt.core.connection;

import io.strmqtt.api.Reason;
import io.strmqtt.core.Deadlines;
import io.strmqtt.core.Refusal;
import io.strmqtt.mqtt.codec.MalformedPacketException;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.Optional;

/** The first phase: the socket is open, CONNECT has not come. */
final class AwaitConnect implements Phase {
  private final MqttConnection owner;
  private final Deadlines.Entry deadline;

  AwaitConnect(MqttConnection owner) {
    this.owner = owner;
    this.deadline =
        new Deadlines.Entry(
            () ->
                refuse(Reason.CONNECT_TIMEOUT, "no complete CONNECT within mqtt.connect_timeout"));
    owner
        .shard()
        .deadlines()
        .set(deadline, owner.services().broker().limits().connectTimeout().toNanos());
  }

  @Override
  public void packet(MqttPacket packet) {
    owner.shard().deadlines().cancel(deadline);
    if (packet instanceof Connect connect) {
      Authenticating next = new Authenticating(owner, connect);
      owner.become(next);
      next.begin();
      if (owner.isIn(next) && !next.awaitsClient()) {
        owner.connection().autoRead(false); // 3.1.4-6: what is behind CONNECT waits.
      }
    } else {
      // The decoder sees this earlier; kept for other sources of packets.
      refuse(Reason.NOT_CONNECT, "");
    }
  }

  @Override
  public void malformed(MalformedPacketException cause, Optional<MqttVersion> version) {
    Reason reason =
        switch (cause.code()) {
          case UNSUPPORTED_PROTOCOL_VERSION -> Reason.UNSUPPORTED_VERSION;
          case PACKET_TOO_LARGE -> Reason.CONNECT_TOO_LARGE;
          case CLIENT_IDENTIFIER_NOT_VALID -> Reason.BAD_CLIENT_ID;
          case QUOTA_EXCEEDED -> Reason.CONNECT_PROPERTIES_EXCEEDED;
          case PROTOCOL_ERROR -> version.isEmpty() ? Reason.NOT_CONNECT : Reason.MALFORMED_CONNECT;
          default -> Reason.MALFORMED_CONNECT;
        };
    owner.services().refusals().refused(refusal(reason, String.valueOf(cause.getMessage())));
    answer(cause.code(), version);
    close(reason);
  }

  /**
   * 3.1.1 closes silently (3.1.4-1), but must say that it does not speak a level (3.1.2-2) or
   * refuses an empty client id (3.1.3-8); 5.0 may say all.
   */
  private void answer(ReasonCode code, Optional<MqttVersion> version) {
    MqttVersion spoken =
        switch (code) {
          case UNSUPPORTED_PROTOCOL_VERSION -> MqttVersion.V3_1_1;
          case CLIENT_IDENTIFIER_NOT_VALID -> version.orElse(null);
          default -> version.filter(v -> v == MqttVersion.V5).orElse(null);
        };
    if (spoken != null) {
      owner.write(new Connack(false, code, Properties.NONE), spoken);
    }
  }

  @Override
  public void lost(Optional<Reason> reason) {
    owner.shard().deadlines().cancel(deadline);
    // A peer that came and went without a word is a probe; the transport counts it.
    reason.ifPresent(r -> owner.services().refusals().refused(refusal(r, "")));
  }

  @Override
  public void shutdown() {
    close(Reason.SERVER_SHUTDOWN);
  }

  private void refuse(Reason reason, String detail) {
    owner.services().refusals().refused(refusal(reason, detail));
    close(reason);
  }

  private Refusal refusal(Reason reason, String detail) {
    var endpoint = owner.connection().endpoint();
    return Refusal.early(endpoint, reason, endpoint.tls().isPresent(), () -> detail);
  }

  private void close(Reason reason) {
    owner.shard().deadlines().cancel(deadline);
    owner.become(new Closed());
    owner.connection().close(reason);
  }
}
