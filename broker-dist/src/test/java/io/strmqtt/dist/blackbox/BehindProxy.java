package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Puback;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;

/**
 * What must hold whichever proxy is in front. The broker takes {@link Account#DEVICE} only.
 *
 * @param door the proxy's port, and the transport of the listener behind it, which has its name
 * @param proxyAddress where the proxy's connections to the broker come from
 * @param proxyVersion {@code v1} or {@code v2}
 */
record BehindProxy(
    BrokerProcess broker,
    TestCertificates certificates,
    Door door,
    String proxyAddress,
    String proxyVersion) {

  private static final String FIRST = "127.0.0.21";
  private static final String SECOND = "127.0.0.22";
  private static final String INTRUDER = "127.0.0.23";

  private AdminApi api() {
    return new AdminApi(broker);
  }

  private String listener() {
    return door.transport();
  }

  void clientsTalkAndAreKnownByTheirOwnAddresses() {
    String id = listener() + "-" + proxyVersion;
    try (RawClient first = enter(FIRST, MqttVersion.V5, certificates.clientContext());
        RawClient second = enter(SECOND, MqttVersion.V3_1_1, certificates.anonymousContext())) {
      accept(first, MqttVersion.V5, id + "-first");
      accept(second, MqttVersion.V3_1_1, id + "-second");
      subscribe(first, "to/" + id + "/first");
      subscribe(second, "to/" + id + "/second");
      send(first, "to/" + id + "/second", second);
      send(second, "to/" + id + "/first", first);

      isKnown(first, id + "-first", FIRST);
      isKnown(second, id + "-second", SECOND);
      if (door.usesTls()) {
        assertThat(api().session(id + "-first"))
            .containsEntry("certificate_subject", TestCertificates.CLIENT_SUBJECT);
        assertThat(broker.awaitLog("event=connected ", " client_id=" + id + "-first "))
            .contains(" certificate=\"" + TestCertificates.CLIENT_SUBJECT + "\"");
        assertThat(api().session(id + "-second")).containsEntry("certificate_subject", null);
      }

      first.send(new Disconnect(ReasonCode.SUCCESS, Properties.NONE));
      assertThat(
              broker.awaitLog(
                  "event=disconnected ", " client_id=" + id + "-first ", "CLIENT_DISCONNECT"))
          .contains(" client=" + FIRST + ":" + first.socket().getLocalPort() + " via=");
    }
  }

  private void isKnown(RawClient client, String clientId, String address) {
    int port = client.socket().getLocalPort();
    Map<String, Object> session = api().session(clientId);
    assertThat(session)
        .containsEntry("connected", true)
        .containsEntry("client_address", address)
        .containsEntry("client_port", port)
        .containsEntry("proxy_address", proxyAddress)
        .containsEntry("proxy_version", proxyVersion)
        .containsEntry("proxy_kind", "proxied")
        .containsEntry("listener", listener())
        .containsEntry("username", Account.DEVICE.username())
        .containsEntry(
            "tls_version", Door.tlsSession(client).map(SSLSession::getProtocol).orElse(null))
        .containsEntry(
            "tls_cipher", Door.tlsSession(client).map(SSLSession::getCipherSuite).orElse(null));
    int proxyPort = (int) session.get("proxy_port");
    assertThat(Loopback.isConnected(proxyAddress, proxyPort, "127.0.0.1", broker.port(listener())))
        .as("%s:%s is the proxy's socket", proxyAddress, proxyPort)
        .isTrue();
    assertThat(broker.awaitLog("event=connected ", " client_id=" + clientId + " "))
        .contains(
            " client=%s:%d via=%s:%d pp=%s listener=%s "
                .formatted(address, port, proxyAddress, proxyPort, proxyVersion, listener()));
  }

  void badCredentialsAreRecordedWithTheClientsOwnAddress() {
    String id = listener() + "-" + proxyVersion + "-intruder";
    try (RawClient client = enter(INTRUDER, MqttVersion.V5, certificates.anonymousContext())) {
      Account wrong = new Account(Account.DEVICE.username(), "battery staple");
      assertThat(wrong.connect(client, MqttVersion.V5, id).code())
          .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      int port = client.socket().getLocalPort();
      await()
          .untilAsserted(
              () ->
                  assertThat(api().unauthorized(listener(), INTRUDER))
                      .filteredOn(record -> id.equals(record.get("client_id")))
                      .singleElement()
                      .satisfies(
                          record ->
                              assertThat(record)
                                  .containsEntry("client_port", port)
                                  .containsEntry("proxy_address", proxyAddress)
                                  .containsEntry("proxy_version", proxyVersion)
                                  .containsEntry("reason", "BAD_CREDENTIALS")
                                  .containsEntry("username", wrong.username())
                                  .containsEntry("password_provided", true)
                                  .containsEntry("tls_used", door.usesTls())
                                  .containsEntry("attempts", 1)));
      // Of one client's refusals on one listener for one reason, the log has the first.
      assertThat(
              broker.awaitLog(
                  "event=refused client=" + INTRUDER + ":",
                  " listener=" + listener() + " ",
                  " reason=BAD_CREDENTIALS "))
          .contains(" via=" + proxyAddress + ":", " username=" + wrong.username() + " ")
          .doesNotContain(wrong.password());
    }
    assertThat(api().sessions()).noneMatch(session -> id.equals(session.get("client_id")));
  }

  void aFailedHandshakeIsRecordedWithTheClientsOwnAddress() {
    String address = proxyVersion.equals("v1") ? "127.0.0.25" : "127.0.0.26";
    try (Socket socket = door.connect(address)) {
      int port = socket.getLocalPort();
      // TLS 1.3 tells the client only after it has finished; on 1.2 the handshake itself fails.
      Socket secure =
          certificates
              .foreignContext()
              .getSocketFactory()
              .createSocket(socket, "localhost", door.port(), true);
      assertThatThrownBy(() -> secure.getInputStream().read()).isInstanceOf(IOException.class);
      await()
          .untilAsserted(
              () ->
                  assertThat(api().unauthorized(listener(), address))
                      .singleElement()
                      .satisfies(
                          record ->
                              assertThat(record)
                                  .containsEntry("reason", "CLIENT_CERT_UNKNOWN_CA")
                                  .containsEntry("client_port", port)
                                  .containsEntry("proxy_address", proxyAddress)
                                  .containsEntry("tls_used", true)));
      assertThat(broker.awaitLog("event=refused client=" + address + ":" + port + " via="))
          .contains(" reason=CLIENT_CERT_UNKNOWN_CA ", " pp=" + proxyVersion + " ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void ipv6ClientsAreKnownByTheirOwnAddresses() {
    String id = listener() + "-" + proxyVersion + "-ipv6";
    try (RawClient client = enter("::1", MqttVersion.V5, certificates.anonymousContext())) {
      accept(client, MqttVersion.V5, id);
      int port = client.socket().getLocalPort();
      assertThat(api().session(id))
          .containsEntry("client_address", "::1")
          .containsEntry("client_port", port)
          .containsEntry("proxy_address", proxyAddress)
          .containsEntry("proxy_version", proxyVersion);
      assertThat(broker.awaitLog("event=connected ", " client_id=" + id + " "))
          .contains(" client=[::1]:" + port + " via=" + proxyAddress + ":");
    }
  }

  private RawClient enter(String from, MqttVersion version, SSLContext tls) {
    return door.enter(from, version, tls);
  }

  private static void accept(RawClient client, MqttVersion version, String clientId) {
    Connack connack = Account.DEVICE.connect(client, version, clientId);
    assertThat(connack.code()).isEqualTo(ReasonCode.SUCCESS);
  }

  private static void subscribe(RawClient client, String filter) {
    client.send(
        new Subscribe(
            1, List.of(new Subscribe.Request(filter, 1, false, false, 0)), Properties.NONE));
    assertThat(client.receive(Suback.class).codes()).noneMatch(ReasonCode::isError);
  }

  private static void send(RawClient from, String topic, RawClient to) {
    byte[] payload = ("this is " + topic).getBytes(StandardCharsets.UTF_8);
    from.send(new Publish(topic, 1, false, false, 7, payload, Properties.NONE));
    assertThat(from.receive(Puback.class).packetId()).isEqualTo(7);
    Publish received = to.receive(Publish.class);
    assertThat(received.topic()).isEqualTo(topic);
    assertThat(received.qos()).isEqualTo(1);
    assertThat(received.payload()).isEqualTo(payload);
    to.send(new Puback(received.packetId(), ReasonCode.SUCCESS, Properties.NONE));
  }
}
