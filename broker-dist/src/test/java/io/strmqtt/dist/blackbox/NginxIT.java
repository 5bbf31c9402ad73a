package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real nginx, with the documentation's configuration, in front of all four transports. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NginxIT {
  private final TestCertificates certificates = TestCertificates.create();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private BrokerProcess broker;
  private Nginx nginx;

  @BeforeAll
  void start() {
    broker =
        BrokerProcess.start(
            "listener.proxy_enabled = true\n" + certificates.hocon() + Account.DEVICE.hocon());
    opened.add(broker);
    nginx = Nginx.start(broker);
    opened.add(nginx);
  }

  @AfterAll
  void stop() throws Exception {
    for (AutoCloseable started : opened.reversed()) {
      started.close();
    }
  }

  private BehindProxy behind(String transport) {
    return new BehindProxy(
        broker, certificates, new Door(transport, nginx.port(transport)), Nginx.OUTGOING, "v1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ssl", "ws", "wss"})
  void clientsTalkAndAreKnownByTheirOwnAddresses(String transport) {
    behind(transport).clientsTalkAndAreKnownByTheirOwnAddresses();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ssl", "ws", "wss"})
  void badCredentialsAreRecordedWithTheClientsOwnAddress(String transport) {
    behind(transport).badCredentialsAreRecordedWithTheClientsOwnAddress();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "wss"})
  void ipv6ClientsAreKnownByTheirOwnAddresses(String transport) {
    assertThat(Loopback.hasIpv6()).as("the test needs ::1 on this machine").isTrue();
    behind(transport).ipv6ClientsAreKnownByTheirOwnAddresses();
  }
}
