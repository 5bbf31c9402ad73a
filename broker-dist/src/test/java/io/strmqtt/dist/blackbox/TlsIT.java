package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Will;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS as clients meet it: refused certificates, the end of the connection, cipher suites. */
@Timeout(60)
class TlsIT {
  @TempDir static Path folder;
  private static X509Bundle authority;
  private static X509Bundle between;
  private static X509Bundle server;
  private static BrokerProcess broker;

  @BeforeAll
  static void start() throws Exception {
    authority = authority("CN=ours").buildSelfSigned();
    between = authority("CN=between").buildIssuedBy(authority);
    server =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .buildIssuedBy(authority);
    write("ca.crt", authority.getCertificatePEM());
    write("server.crt", server.getCertificatePathPEM());
    write("server.key", server.getPrivateKeyPEM());
    write("other.key", between.getPrivateKeyPEM());
    broker = BrokerProcess.start(tls("ssl", "server.key", "") + tls("wss", "server.key", ""));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static CertificateBuilder authority(String name) {
    return new CertificateBuilder().ecp256().subject(name).setIsCertificateAuthority(true);
  }

  private static CertificateBuilder client() {
    return new CertificateBuilder().ecp256().subject("CN=device").addExtendedKeyUsageClientAuth();
  }

  private static void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private static String tls(String listener, String key, String more) {
    return """
        listener.%s.tls {
          cert_file = "%s", key_file = "%s", client_auth = optional, client_ca_file = "%s"
          %s
        }
        """
        .formatted(
            listener,
            folder.resolve("server.crt"),
            folder.resolve(key),
            folder.resolve("ca.crt"),
            more);
  }

  /** Shows its certificate whatever the broker asks for. */
  private static final class Shown extends X509ExtendedKeyManager {
    private final X509Certificate[] chain;
    private final PrivateKey key;

    Shown(X509Bundle bundle, int length) {
      this.chain =
          List.of(bundle.getCertificatePathWithRoot())
              .subList(0, length)
              .toArray(X509Certificate[]::new);
      this.key = bundle.getKeyPair().getPrivate();
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[] {"it"};
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return "it";
    }

    @Override
    public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
      return "it";
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return new String[0];
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return "";
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return key;
    }
  }

  private static SSLSocket open(int port, KeyManager... keys) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, authority.toTrustManagerFactory().getTrustManagers(), null);
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(new Socket("127.0.0.1", port), "localhost", port, true);
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static X509Bundle certificate(String kind) throws Exception {
    Instant now = Instant.now();
    return switch (kind) {
      case "expired" ->
          client()
              .notBefore(now.minus(Duration.ofDays(9)))
              .notAfter(now.minus(Duration.ofDays(2)))
              .buildIssuedBy(authority);
      case "future" ->
          client()
              .notBefore(now.plus(Duration.ofDays(2)))
              .notAfter(now.plus(Duration.ofDays(9)))
              .buildIssuedBy(authority);
      case "foreign" -> client().buildIssuedBy(authority("CN=theirs").buildSelfSigned());
      case "incomplete" -> client().buildIssuedBy(between);
      case "server" ->
          new CertificateBuilder()
              .ecp256()
              .subject("CN=device")
              .addExtendedKeyUsageServerAuth()
              .buildIssuedBy(authority);
      case "large" -> {
        CertificateBuilder large = client();
        for (int i = 0; i < 1100; i++) {
          large.addSanDnsName("device-%05d.example.internal".formatted(i));
        }
        yield large.buildIssuedBy(authority);
      }
      default -> throw new IllegalArgumentException(kind);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "expired, CLIENT_CERT_EXPIRED, certificate_expired",
    "future, CLIENT_CERT_NOT_YET_VALID, certificate_expired",
    "foreign, CLIENT_CERT_UNKNOWN_CA, unknown_ca",
    "incomplete, CLIENT_CERT_CHAIN_INCOMPLETE, unknown_ca",
    "server, CLIENT_CERT_WRONG_USAGE, unsupported_certificate",
    "large, CLIENT_CERT_TOO_LARGE, bad_certificate",
  })
  void aClientAndTheOperatorLearnWhyACertificateIsRefused(String kind, String reason, String alert)
      throws Exception {
    X509Bundle shown = certificate(kind);
    int length = kind.equals("foreign") ? 2 : 1; // with its root
    for (String listener : List.of("ssl", "wss")) {
      try (SSLSocket socket = open(broker.port(listener), new Shown(shown, length))) {
        assertThatThrownBy(() -> socket.getInputStream().read())
            .isInstanceOf(SSLException.class)
            .hasMessageContaining(alert);
      }
      assertThat(broker.awaitLog("event=refused ", " listener=" + listener + " reason=" + reason))
          .contains("the certificate CN=");
      assertThat(new AdminApi(broker).unauthorized(listener, "127.0.0.1"))
          .anySatisfy(record -> assertThat(record).containsEntry("reason", reason));
    }
  }

  @Test
  void aClientWithoutTheCertificateItNeedsIsNamed() throws Exception {
    try (BrokerProcess strict =
            BrokerProcess.start(tls("ssl", "server.key", "client_auth = required"));
        SSLSocket socket = open(strict.port("ssl"))) {
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SSLException.class);
      strict.awaitLog("event=refused ", " reason=CLIENT_CERT_MISSING");
    }
  }

  private static Connect withWill(String id) {
    return new Connect(
        MqttVersion.V5,
        id,
        true,
        0,
        Optional.of(
            new Will(
                "wills/" + id, "gone".getBytes(StandardCharsets.UTF_8), 0, false, Properties.NONE)),
        Optional.empty(),
        Optional.empty(),
        Properties.NONE);
  }

  private static void isClosedOnCloseNotify(SSLSocket socket) throws IOException {
    socket.shutdownOutput(); // close_notify, and no FIN
    try {
      while (socket.getInputStream().read() >= 0) {}
    } catch (SSLException | java.net.SocketException e) {
      // A reset closes as well; a time-out would be another exception.
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SSL", "WSS"})
  void closeNotifyEndsAConnectionAsAFinDoes(Transport transport) throws Exception {
    String id = "closing-" + transport;
    try (RawClient watcher = RawClient.open(broker.port("tcp"), MqttVersion.V5);
        SSLSocket socket = open(broker.port(transport.listener()))) {
      watcher.connect("watcher-" + transport, true, Properties.NONE);
      for (String filter : List.of("wills/" + id, "last/" + id)) {
        watcher.send(
            new Subscribe(
                1, List.of(new Subscribe.Request(filter, 0, false, false, 0)), Properties.NONE));
        watcher.receive(Suback.class);
      }
      RawClient client =
          RawClient.over(
              transport.isWebSocket() ? RawWebSocket.over(socket) : socket, MqttVersion.V5);
      client.send(withWill(id));
      client.receive(Connack.class);
      client.send(new Publish("last/" + id, 0, false, false, 0, new byte[1], Properties.NONE));
      client.send(new byte[] {0x30, 0x10, 0x00}); // the head of another
      isClosedOnCloseNotify(socket);

      assertThat(watcher.receive(Publish.class).topic()).isEqualTo("last/" + id);
      assertThat(watcher.receive(Publish.class).topic()).isEqualTo("wills/" + id);
      assertThat(broker.awaitLog("event=disconnected ", " client_id=" + id + " "))
          .contains(" reason=CONNECTION_LOST");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ssl", "wss"})
  void closeNotifyBeforeConnectEndsTheConnectionToo(String listener) throws Exception {
    try (SSLSocket silent = open(broker.port(listener));
        SSLSocket begun = open(broker.port(listener))) {
      silent.startHandshake();
      isClosedOnCloseNotify(silent);
      begun.getOutputStream().write(listener.equals("ssl") ? new byte[] {0x10} : new byte[] {'G'});
      isClosedOnCloseNotify(begun);
      broker.awaitLog("event=refused ", " listener=" + listener + " reason=CLOSED_BEFORE_CONNECT");
    }
  }

  @Test
  void staticRsaIsOffAndChaCha20OnAndSuitesCanBeChosen() throws Exception {
    assertThat(suite(broker, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")).isTrue();
    assertThat(suite(broker, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")).isTrue();
    try (BrokerProcess chosen =
        BrokerProcess.start(
            tls("ssl", "server.key", "ciphers = [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]"))) {
      assertThat(suite(chosen, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")).isTrue();
      assertThat(suite(chosen, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")).isFalse();
    }
  }

  private static boolean suite(BrokerProcess on, String name) throws Exception {
    try (SSLSocket socket = open(on.port("ssl"))) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.setEnabledCipherSuites(new String[] {name});
      socket.startHandshake();
      return true;
    } catch (SSLException e) {
      return false;
    }
  }

  @Test
  void aKeyOfAnotherCertificateIsRefusedAtTheStartAndByCheckConfigAlike() throws Exception {
    write("wrong.conf", "authentication.allow_anonymous = true\n" + tls("ssl", "other.key", ""));
    String conf = folder.resolve("wrong.conf").toString();
    for (String command : List.of("run", "check-config")) {
      BrokerProcess refused =
          BrokerProcess.launch(
              Path.of(System.getProperty("image.home", "target/st-rmqtt")).toAbsolutePath(),
              folder,
              Map.of("ST_RMQTT_DATA_DIR", folder.resolve("data").toString()),
              command,
              "--config",
              conf);
      assertThat(refused.exitCode()).as(command).isEqualTo(1);
      assertThat(refused.log())
          .noneMatch(line -> line.contains("Exception"))
          .anyMatch(line -> line.contains("server.crt does not belong to the key"));
    }
  }

  @Test
  void aReloadRefusesFilesThatCouldNotBeUsedAndChangesNothing() {
    String good = tls("ssl", "server.key", "");
    try (BrokerProcess running = BrokerProcess.start(good)) {
      running.configure(tls("ssl", "other.key", "") + "listener.tcp.proxy_enabled = true\n");
      var answer = running.post("/api/v1/reload");

      assertThat(answer.statusCode()).isEqualTo(422);
      assertThat(answer.body()).contains("does not belong to the key");
      running.awaitLog("event=reload_failed by=api", "does not belong to the key");
      try (RawClient client = RawClient.open(running.port("tcp"), MqttVersion.V5)) {
        client.connect("still", true, Properties.NONE);
      }
    }
  }
}
