package io.strmqtt.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
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
  void neitherHalfACharacterNorAnInvisibleOneStaysAsItIs() {
    assertThat(LogText.of("\ud83d")).isEqualTo("\"\\ud83d\"");
    assertThat(LogText.of("\udb40\udc41")).as("tag character").isEqualTo("\"\\udb40\\udc41\"");
    assertThat(LogText.of("x".repeat(255) + "\ud83d\ude00")).endsWith("x\ud83d\ude00\"...");
  }

  @Test
  void noTextForgesALine() {
    String value =
        "([^\\s\"=\\\\\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]+|\"([^\"\\\\\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]|\\\\[\"\\\\]|\\\\u[0-9a-f]{4})*\"([.]{3})?)";
    Pattern line = Pattern.compile("client_id=" + value + " username=" + value + " text=x");
    Random random = new Random(5);
    for (int i = 0; i < 5000; i++) {
      String clientId = hostile(random);
      String username = hostile(random);
      String written =
          "client_id=" + LogText.of(clientId) + " username=" + LogText.of(username) + " text=x";
      assertThat(line.matcher(written).matches()).as(written).isTrue();
      assertThat(written).hasSizeLessThan(2 * 12 * 257);
    }
  }

  private static String hostile(Random random) {
    String[] pieces = {
      "\0", "\n", "\r\n", "\u001b[2J", "\u0085", "\u2028", "\u202e", "\ud83d\ude00", "\ud800",
      "\udc00", "\udb40\udc41", "\"", "\\", "\\u000a", "=", " ", " reason=OK ", "x"
    };
    int length = random.nextInt(50) == 0 ? 65_535 : random.nextInt(300);
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append(
          random.nextBoolean()
              ? pieces[random.nextInt(pieces.length)]
              : String.valueOf((char) random.nextInt(0x10000)));
    }
    return text.toString();
  }

  @Test
  void longTextIsCut() {
    assertThat(LogText.of("x".repeat(256))).hasSize(256);
    assertThat(LogText.of("x".repeat(257))).isEqualTo("\"" + "x".repeat(256) + "\"...");
  }
}
