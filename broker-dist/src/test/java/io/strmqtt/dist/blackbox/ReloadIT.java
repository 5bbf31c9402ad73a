package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The configuration is read again while the broker runs. */
class ReloadIT {
  private static final String ANNOUNCED = "198.51.100.60";

  private static String trusting(String network) {
    return """
        listener.proxy { mode = optional, trusted_proxies = ["%s"] }
        listener.tcp.proxy_enabled = true
        """
        .formatted(network);
  }

  private static RawClient announced(BrokerProcess broker, String from) {
    RawClient client = RawClient.open(from, broker.port("tcp"), MqttVersion.V5);
    client.send(ProxyHeaders.v2(ANNOUNCED, 40_060));
    return client;
  }

  private static void assertBelieved(BrokerProcess broker, String from, String id) {
    try (RawClient client = announced(broker, from)) {
      assertThat(client.connect(id, true, Properties.NONE).code()).isEqualTo(ReasonCode.SUCCESS);
      assertThat(new AdminApi(broker).session(id)).containsEntry("client_address", ANNOUNCED);
    }
  }

  private static void assertRefused(BrokerProcess broker, String from) {
    try (RawClient client = announced(broker, from)) {
      assertThat(client.receive()).isNull();
    }
    broker.awaitLog("event=refused client=" + from + ":", " reason=UNTRUSTED_PEER ");
  }

  @Test
  void newConnectionsFollowTheNewListAndOldOnesStay() {
    try (BrokerProcess broker = BrokerProcess.start(trusting("127.0.1.0/24"));
        RawClient old = announced(broker, "127.0.1.1")) {
      assertThat(old.connect("old", true, Properties.NONE).code()).isEqualTo(ReasonCode.SUCCESS);
      assertRefused(broker, "127.0.2.1");

      broker.configure(trusting("127.0.2.0/24") + "mqtt.max_qos = 1");
      broker.hangUp();

      assertThat(broker.awaitLog("event=reloaded by=sighup"))
          .contains(
              "changed=\"listener.tcp.proxy.trusted_proxies: [127.0.1.0/24] -> [127.0.2.0/24]\"",
              "needs_restart=\"mqtt.max_qos\"");
      assertBelieved(broker, "127.0.2.1", "new");
      assertRefused(broker, "127.0.1.1");
      old.sendHex("c000");
      assertThat(old.receive()).isInstanceOf(MqttPacket.Pingresp.class);
      assertThat(new AdminApi(broker).session("old"))
          .containsEntry("connected", true)
          .containsEntry("client_address", ANNOUNCED);
      assertThat(new AdminApi(broker).listeners().getFirst())
          .containsEntry("trusted_proxies", List.of("127.0.2.0/24"));
    }
  }

  @Test
  void anInvalidFileChangesNothingAndSaysWhy() {
    try (BrokerProcess broker = BrokerProcess.start(trusting("127.0.1.0/24"))) {
      broker.configure(
          trusting("127.0.2.0/24") + "listener.proxy.versions = [3]\nmqtt.max_qoss = 1");
      broker.hangUp();
      broker.awaitLog("event=reload_failed by=sighup problem=1/2", "listener.proxy.versions");
      broker.awaitLog("event=reload_failed by=sighup problem=2/2", "did you mean max_qos?");

      HttpResponse<String> refused = broker.post("/api/v1/reload");
      assertThat(refused.statusCode()).isEqualTo(422);
      assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
      assertThat(refused.body()).contains("listener.proxy.versions", "did you mean max_qos?");
      assertBelieved(broker, "127.0.1.1", "a");
      assertRefused(broker, "127.0.2.1");

      broker.configure(trusting("127.0.2.0/24"));
      HttpResponse<String> reloaded = broker.post("/api/v1/reload");
      assertThat(reloaded.statusCode()).isEqualTo(200);
      assertThat(reloaded.body())
          .contains(
              "\"changed\":[\"listener.tcp.proxy.trusted_proxies: [127.0.1.0/24] -> [127.0.2.0/24]\"]");
      broker.awaitLog("event=reloaded by=api");
      assertBelieved(broker, "127.0.2.1", "b");
    }
  }
}
