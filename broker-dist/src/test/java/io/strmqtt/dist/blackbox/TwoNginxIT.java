package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * nginx in front of nginx, each over IPv4 and IPv6: the second writes lines whose addresses are of
 * two families.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoNginxIT {
  private final TestCertificates certificates = TestCertificates.create();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private Way overIpv4;
  private Way overIpv6;

  /** A broker of its own for each: client identifiers are the same, and the log is looked into. */
  private record Way(BrokerProcess broker, Nginx first) {}

  @BeforeAll
  void start() {
    assertThat(Loopback.hasIpv6()).as("the test needs ::1 on this machine").isTrue();
    overIpv4 = way("127.0.0.1");
    overIpv6 = way("[::1]");
  }

  private Way way(String between) {
    BrokerProcess broker =
        BrokerProcess.start(
            "listener.proxy_enabled = true\n" + certificates.hocon() + Account.DEVICE.hocon());
    opened.add(broker);
    Nginx second = Nginx.startSecond(broker);
    opened.add(second);
    Nginx first = Nginx.startFirst(second, between);
    opened.add(first);
    return new Way(broker, first);
  }

  @AfterAll
  void stop() throws Exception {
    for (AutoCloseable started : opened.reversed()) {
      started.close();
    }
  }

  private BehindProxy behind(Way way, String transport) {
    Door door = new Door(transport, way.first.port(transport));
    return new BehindProxy(way.broker, certificates, door, Nginx.OUTGOING, "v1");
  }

  @ParameterizedTest
  @CsvSource({"4, tcp", "4, wss", "6, tcp", "6, ssl", "6, ws", "6, wss"})
  void ipv4ClientsAreKnownByTheirOwnAddresses(int between, String transport) {
    behind(between == 4 ? overIpv4 : overIpv6, transport)
        .clientsTalkAndAreKnownByTheirOwnAddresses();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "wss"})
  void ipv6ClientsAreKnownByTheirOwnAddresses(String transport) {
    behind(overIpv4, transport).ipv6ClientsAreKnownByTheirOwnAddresses();
    behind(overIpv6, transport).ipv6ClientsAreKnownByTheirOwnAddresses();
  }
}
