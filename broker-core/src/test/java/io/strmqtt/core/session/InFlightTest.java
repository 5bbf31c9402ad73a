package io.strmqtt.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Message;
import io.strmqtt.core.routing.Delivery;
import io.strmqtt.core.routing.Publication;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class InFlightTest {
  private final InFlight inFlight = new InFlight();

  private static Delivery delivery(int qos) {
    return new Delivery(
        new Publication(new Message("t", new byte[0], qos, false, Message.Properties.NONE, 0, "p")),
        qos,
        false,
        new int[0],
        null);
  }

  @Test
  void identifiersAreGivenInTurnAndNeverZero() {
    for (int i = 1; i <= 65_535; i++) {
      InFlight.Entry entry = inFlight.add(delivery(1));
      assertThat(entry.packetId).isEqualTo(i);
      inFlight.remove(entry);
    }
    assertThat(inFlight.add(delivery(1)).packetId).isEqualTo(1); // 2.2.1-4
  }

  @Test
  void identifiersInUseAreSkipped() {
    for (int i = 1; i <= 65_534; i++) {
      inFlight.add(delivery(1));
    }
    inFlight.remove(Objects.requireNonNull(inFlight.get(7)));
    assertThat(inFlight.add(delivery(1)).packetId).isEqualTo(65_535);
    assertThat(inFlight.add(delivery(1)).packetId).isEqualTo(7);
  }

  @Test
  void itIsFullWhenAllIdentifiersAreInUse() {
    for (int i = 1; i <= 65_535; i++) {
      assertThat(inFlight.isFull()).isFalse();
      inFlight.add(delivery(1));
    }
    assertThat(inFlight.isFull()).isTrue();
    inFlight.remove(Objects.requireNonNull(inFlight.get(9)));
    assertThat(inFlight.isFull()).isFalse();
  }

  @Test
  void theOrderIsThatOfSendingNotThatOfTheIdentifiers() {
    for (int i = 0; i < 65_534; i++) {
      inFlight.remove(inFlight.add(delivery(1)));
    }
    inFlight.add(delivery(1));
    inFlight.add(delivery(2));
    assertThat(inFlight.inOrder()).extracting(e -> e.packetId).containsExactly(65_535, 1);
    assertThat(inFlight.inOrder())
        .extracting(e -> e.awaits)
        .containsExactly(InFlight.Awaits.PUBACK, InFlight.Awaits.PUBREC);
  }
}
