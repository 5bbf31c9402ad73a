package io.strmqtt.core.engine;

import static io.strmqtt.core.engine.EngineFixture.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.admin.SessionView;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * When sessions end that an earlier run has left: what the listing says, and what a client that
 * comes back is told.
 */
class RestartExpiryTest {
  /** The tick of deadlines, and what may pass until the next look at them. */
  private static final Duration LATE = Duration.ofMillis(500);

  private final SimulatedDisk disk = new SimulatedDisk();
  private EngineFixture broker = start(Duration.ZERO);

  private EngineFixture start(Duration later) {
    return EngineFixture.start(
        options -> {
          options.disk = disk;
          options.later = later;
          options.limits.maxConnections = 100_000;
        });
  }

  /**
   * @param later what the clock on the wall says then; each run's begins at zero
   */
  private void cutPower(Duration later) {
    EngineFixture next = start(later);
    broker.close();
    broker = next;
    disk.write(10_000);
  }

  private TestClient connect(ConnectOptions options) {
    TestClient client = broker.attempt(options);
    disk.write(100);
    return client.expectConnack();
  }

  private void insistOn(String clientId, boolean there) {
    boolean listed =
        broker.view().sessions(Optional.empty(), 1000).items().stream()
            .map(SessionView::session)
            .anyMatch(session -> session.clientId().equals(clientId));
    assertThat(listed).as("listed").isEqualTo(there);
    assertThat(broker.view().session(clientId).isPresent()).as("found").isEqualTo(there);
  }

  private void insistItIsNew(String clientId) {
    TestClient back = connect(as(clientId).resume().expiry(1));
    assertThat(back.connack().sessionPresent()).isFalse();
  }

  @Test
  void whoWasConnectedHasItsWholeExpiryFromTheRestartOnAndNoMore() {
    connect(as("a").expiry(1));
    connect(as("b").expiry(1).loop(1));
    cutPower(Duration.ofSeconds(30));
    broker.pass(Duration.ofMillis(999));
    insistOn("a", true);
    insistOn("b", true);
    broker.pass(LATE.plusMillis(1));
    insistOn("a", false);
    insistOn("b", false);
    disk.write(100);
    insistItIsNew("a");
    cutPower(Duration.ofSeconds(60));
    insistOn("b", false);
    broker.close();
  }

  @Test
  void whoWasAwayForLongerThanItsExpiryIsGoneBeforeTheFirstConnection() {
    connect(as("a").expiry(1)).drop();
    disk.write(100);
    cutPower(Duration.ofSeconds(2));
    assertThat(broker.restoredSessions()).isZero();
    insistOn("a", false);
    insistItIsNew("a");
    broker.close();
  }

  @Test
  void soItIsWithManySessions() {
    for (int n = 0; n < 5000; n++) {
      connect(as("device-" + n).expiry(1)).drop();
      disk.write(100);
    }
    cutPower(Duration.ofSeconds(2));
    assertThat(broker.restoredSessions()).isZero();
    broker.close();
  }

  @Test
  void theTimeAwayBeforeTheRestartCounts() {
    connect(as("a").expiry(10)).drop();
    disk.write(100);
    cutPower(Duration.ofSeconds(6));
    broker.pass(Duration.ofMillis(3999));
    insistOn("a", true);
    broker.pass(LATE.plusMillis(1));
    insistOn("a", false);
    broker.close();
  }

  @Test
  void aClockThatWasSetBackDoesNotKeepASessionForLongerThanItsExpiry() {
    cutPower(Duration.ofDays(365));
    connect(as("a").expiry(10)).drop();
    disk.write(100);
    cutPower(Duration.ZERO);
    broker.pass(Duration.ofSeconds(10).plus(LATE));
    insistOn("a", false);
    disk.write(100);
    insistItIsNew("a");
    broker.close();
  }

  @Test
  void whatDisconnectSaysOfTheExpiryIsKept() {
    TestClient a = connect(as("a").expiry(1000));
    a.send(
        new Disconnect(
            ReasonCode.SUCCESS,
            Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, 2).build()));
    disk.write(100);
    cutPower(Duration.ofSeconds(1));
    insistOn("a", true);
    broker.pass(Duration.ofSeconds(1).plus(LATE));
    insistOn("a", false);
    broker.close();
  }
}
