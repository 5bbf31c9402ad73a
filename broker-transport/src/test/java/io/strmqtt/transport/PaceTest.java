package io.strmqtt.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  private final Pace pace = new Pace(1_000_000);

  private PaceTest() {
    pace.begin(0);
    assertThat(pace.isLookDue(10)).as("the first packet of a connection").isTrue();
    assertThat(pace.isOver(100)).isFalse();
  }

  @Test
  void theClockIsReadForOneSmallQuickPacketOfEight() {
    for (int round = 1; round < 5; round++) {
      for (int i = 0; i < 7; i++) {
        assertThat(pace.isLookDue(10)).isFalse();
      }
      assertThat(pace.isLookDue(10)).isTrue();
      assertThat(pace.isOver(round * 1_000L)).isFalse();
    }
  }

  @Test
  void aLargePacketLeadsToALook() {
    assertThat(pace.isLookDue(1_000)).isFalse();
    assertThat(pace.isLookDue(5_000)).isTrue();
    assertThat(pace.isOver(1_000_100)).isTrue();
  }

  @Test
  void packetsThatTakeLongAreLookedAtOneByOneInLaterTurnsToo() {
    for (int i = 0; i < 7; i++) {
      pace.isLookDue(10);
    }
    assertThat(pace.isLookDue(10)).isTrue();
    assertThat(pace.isOver(2_000_000)).isTrue();
    pace.begin(5_000_000);
    assertThat(pace.isLookDue(10)).isTrue();
    assertThat(pace.isOver(5_900_000)).isFalse();
    assertThat(pace.isLookDue(10)).isTrue();
    assertThat(pace.isOver(6_000_000)).isTrue();
    pace.begin(7_000_000);
    assertThat(pace.isLookDue(10)).isTrue();
    assertThat(pace.isOver(7_001_000)).as("a quick one again").isFalse();
    assertThat(pace.isLookDue(10)).isFalse();
  }
}
