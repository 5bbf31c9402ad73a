package io.strmqtt.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.core.LogSamples.Quiet;
import io.strmqtt.core.LogSamples.Summary;
import io.strmqtt.core.LogSamples.Verdict;
import io.strmqtt.core.LogSamples.Write;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogSamplesTest {
  private static final int MINUTE = 60_000;

  /** Even and odd keys are summed up apart. */
  private final LogSamples<Integer, Integer> samples = new LogSamples<>(key -> key % 2);

  @Test
  void aKeyHasALineAMinuteWithTheNumberSince() {
    assertThat(samples.add(1, 0)).isEqualTo(new Write(0));
    assertThat(samples.add(1, 1)).isEqualTo(Quiet.QUIET);
    assertThat(samples.add(1, MINUTE - 1)).isEqualTo(Quiet.QUIET);
    assertThat(samples.add(2, 2)).isEqualTo(new Write(0));
    assertThat(samples.add(1, MINUTE)).isEqualTo(new Write(2));
  }

  @Test
  void aWideAttackWritesSoManyLinesAndThenOneForEachGroupAndMinute() {
    List<Verdict> lines = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      Verdict verdict = samples.add(i, i / 10); // ten seconds
      if (verdict != Quiet.QUIET) {
        lines.add(verdict);
      }
    }

    assertThat(samples.size()).isEqualTo(LogSamples.MOST_KEYS);
    assertThat(lines).hasSize(LogSamples.MOST_KEYS + 2);
    assertThat(lines.subList(LogSamples.MOST_KEYS, lines.size())).containsOnly(new Summary(1));
  }

  @Test
  void whoHasBeenToldApartStaysSoInTheCrowd() {
    samples.add(-1, 0);
    fill(0);

    assertThat(samples.add(5000, 1)).isEqualTo(new Summary(1));
    assertThat(samples.add(5002, 1)).isEqualTo(Quiet.QUIET);
    assertThat(samples.add(-1, 1)).isEqualTo(Quiet.QUIET);
    assertThat(samples.add(-1, MINUTE)).isEqualTo(new Write(1));
  }

  @Test
  void aMinuteLaterTheSummarySaysHowMany() {
    fill(0);
    samples.add(5000, 1);
    samples.add(5002, 2);
    fill(MINUTE); // writes again, so that nobody is forgotten

    assertThat(samples.add(5004, MINUTE + 1)).isEqualTo(new Summary(2));
  }

  @Test
  void whoIsSilentForAMinuteMakesRoomAndIsCountedInTheSummary() {
    fill(0);
    samples.add(4, 1);
    samples.add(4, 2);

    assertThat(samples.add(5000, MINUTE)).isEqualTo(new Write(0));
    assertThat(samples.size()).isEqualTo(1);
    fill(MINUTE);
    assertThat(samples.add(6000, MINUTE + 2000)).isEqualTo(new Summary(3));
  }

  private void fill(long now) {
    for (int key = 0; key < LogSamples.MOST_KEYS; key++) {
      samples.add(key, now);
    }
  }
}
