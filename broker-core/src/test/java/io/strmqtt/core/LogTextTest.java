package io.strmqtt.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogTextTest {
  @Test
  void plainTextStaysAsItIs() {
    assertThat(LogText.of("sensor-7/kitchen:9")).isEqualTo("sensor-7/kitchen:9");
  }

  @Test
  void whatCouldBeTakenForAnotherKeyIsQuoted() {
    assertThat(LogText.of("a reason=OK")).isEqualTo("\"a reason=OK\"");
    assertThat(LogText.of("a=b")).isEqualTo("\"a=b\"");
    assertThat(LogText.of("say \"hi\" \\")).isEqualTo("\"say \\\"hi\\\" \\\\\"");
    assertThat(LogText.of("")).isEqualTo("\"\"");
  }

  @Test
  void nothingFromTheWireEndsALineOrMovesTheCursor() {
    assertThat(LogText.of("a\r\nevent=forged")).isEqualTo("\"a\\u000d\\u000aevent=forged\"");
    assertThat(LogText.of("\u001b[2J\u007f\u0085\u2028\u2029\u202e"))
        .isEqualTo("\"\\u001b[2J\\u007f\\u0085\\u2028\\u2029\\u202e\"");
    assertThat(LogText.of("\ud83d\ude00 ü")).isEqualTo("\"\ud83d\ude00 ü\"");
  }

  @Test
  void longTextIsCut() {
    assertThat(LogText.of("x".repeat(256))).hasSize(256);
    assertThat(LogText.of("x".repeat(257))).isEqualTo("\"" + "x".repeat(256) + "\"...");
  }
}
