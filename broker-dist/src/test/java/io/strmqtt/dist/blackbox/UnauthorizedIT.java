package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Refused clients, as operators find them. */
@Timeout(60)
class UnauthorizedIT {
  private static final Account DEVICE = Account.DEVICE;
  private static final Account WRONG = new Account(DEVICE.username(), "wrong");
  private static final String HOSTILE = "gate\"},{\"reason\":\"NONE\u202e reason=NONE";

  @TempDir private Path data;

  private BrokerProcess start() {
    return BrokerProcess.start(
        DEVICE.hocon() + "data_dir = \"" + data + "\"\nstorage.provider = rocksdb\n");
  }

  private static void refused(BrokerProcess broker, String from, String clientId) {
    try (RawClient client = RawClient.open(from, broker.port("tcp"), MqttVersion.V5)) {
      assertThat(WRONG.connect(client, MqttVersion.V5, clientId).code())
          .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
    }
  }

  private static void anonymous(BrokerProcess broker, String from, String clientId) {
    try (RawClient client = RawClient.open(from, broker.port("tcp"), MqttVersion.V5)) {
      assertThat(client.connect(clientId, true, Properties.NONE).code().isError()).isTrue();
    }
  }

  private static List<Map<String, Object>> byClientId(AdminApi api, String clientId) {
    return api.unauthorized(
        "client_id=" + URLEncoder.encode(clientId, StandardCharsets.UTF_8).replace("+", "%20"));
  }

  @Test
  void refusedClientsAreFoundAndResolvedAndOutliveTheBroker() {
    List<Map<String, Object>> before;
    try (BrokerProcess broker = start()) {
      AdminApi api = new AdminApi(broker);
      refused(broker, "127.0.2.1", "gate");
      refused(broker, "127.0.2.1", "gate");
      anonymous(broker, "127.0.2.2", "gate");
      refused(broker, "127.0.3.1", HOSTILE);

      assertThat(api.unauthorized("address=127.0.2.0/24")).hasSize(2);
      assertThat(api.unauthorized("address=127.0.3.1"))
          .singleElement()
          .satisfies(record -> assertThat(record).containsEntry("client_id", HOSTILE));
      assertThat(byClientId(api, HOSTILE)).hasSize(1);
      assertThat(byClientId(api, "gate"))
          .satisfiesExactly(
              record ->
                  assertThat(record)
                      .containsEntry("client_address", "127.0.2.2")
                      .containsEntry("username", null)
                      .containsEntry("reasons", Map.of("NO_CREDENTIALS", 1)),
              record ->
                  assertThat(record)
                      .containsEntry("client_address", "127.0.2.1")
                      .containsEntry("attempts", 2)
                      .containsEntry("resolved_at", null)
                      .containsEntry("reasons", Map.of("BAD_CREDENTIALS", 2)));
      assertThat(broker.awaitLog("event=refused client=127.0.3.1"))
          .contains("client_id=\"gate\\\"},{\\\"reason\\\":\\\"NONE\\u202e reason=NONE\"");

      try (RawClient client = RawClient.open("127.0.2.1", broker.port("tcp"), MqttVersion.V5)) {
        assertThat(DEVICE.connect(client, MqttVersion.V5, "gate").code())
            .isEqualTo(ReasonCode.SUCCESS);
      }
      await()
          .untilAsserted(
              () ->
                  assertThat(byClientId(api, "gate"))
                      .extracting(record -> record.get("resolved_at") != null)
                      .containsExactly(false, true));
      before = api.unauthorized();
    }
    try (BrokerProcess broker = start()) {
      assertThat(new AdminApi(broker).unauthorized()).hasSize(3);
      assertThat(withoutFractions(new AdminApi(broker).unauthorized()))
          .isEqualTo(withoutFractions(before));
    }
  }

  /** The store keeps milliseconds, the memory what the clock tells. */
  private static List<String> withoutFractions(List<Map<String, Object>> records) {
    return records.stream()
        .map(record -> new TreeMap<>(record).toString().replaceAll("(:\\d\\d)([.]\\d+)?Z", "$1Z"))
        .toList();
  }

  @Test
  void whoeverInventsClientIdsPushesOutOnlyItself() {
    try (BrokerProcess broker = start()) {
      AdminApi api = new AdminApi(broker);
      refused(broker, "127.0.2.1", "gate");
      for (int i = 0; i < 130; i++) {
        refused(broker, "127.0.4.1", "invented" + i);
      }

      assertThat(api.unauthorized("address=127.0.4.1"))
          .hasSize(101)
          .last()
          .satisfies(
              record ->
                  assertThat(record)
                      .containsEntry("client_id", null)
                      .containsEntry("folded", 30)
                      .containsEntry("attempts", 30)
                      .containsEntry("reasons", Map.of("BAD_CREDENTIALS", 30)));
      assertThat(byClientId(api, "gate")).hasSize(1);
    }
  }
}
