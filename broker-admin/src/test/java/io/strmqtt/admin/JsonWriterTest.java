package io.strmqtt.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonWriterTest {
  @Test
  void commasSeparateMembersAndItems() {
    JsonWriter json = new JsonWriter();
    json.beginObject().name("a").beginArray();
    json.beginObject().endObject().beginObject().field("x", 1).field("y", true).endObject();
    json.endArray().field("s", "v").field("n", Optional.empty()).number("m", Optional.of(2));
    json.name("o").beginObject().endObject().endObject();

    assertThat(json.toString())
        .isEqualTo("{\"a\":[{},{\"x\":1,\"y\":true}],\"s\":\"v\",\"n\":null,\"m\":2,\"o\":{}}");
  }

  @Test
  void whatJsonCannotHoldIsEscaped() {
    assertThat(quoted("\"\\/\b\n\0\u007f")).isEqualTo("\\\"\\\\/\\u0008\\u000a\\u0000\\u007f");
  }

  @Test
  void charactersStayAndHalvesOfThemAreEscaped() {
    assertThat(quoted("ü\uD83D\uDD11")).isEqualTo("ü\uD83D\uDD11");
    assertThat(quoted("\uD83D")).isEqualTo("\\ud83d");
    assertThat(quoted("\uDD11\uD83Dx")).isEqualTo("\\udd11\\ud83dx");
  }

  @Test
  void aStringThatEndsLikeAStructureIsNoStructure() {
    JsonWriter json = new JsonWriter();
    json.beginObject().field("a", "{[:").field("b", "c").endObject();
    assertThat(json.toString()).isEqualTo("{\"a\":\"{[:\",\"b\":\"c\"}");
  }

  @Test
  void noTextBreaksADocument() {
    Random random = new Random(3);
    for (int i = 0; i < 5000; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(100) == 0 ? 65_535 : random.nextInt(60);
      while (text.length() < length) {
        boolean ascii = random.nextBoolean();
        text.append((char) random.nextInt(ascii ? 0x80 : 0x10000));
      }
      String out = quoted(text.toString());
      assertThat(out).matches("([^\"\\\\\\x00-\\x1f]|\\\\[\"\\\\]|\\\\u[0-9a-f]{4})*+");
      assertThat(new String(out.getBytes(UTF_8), UTF_8)).as("is UTF-8").isEqualTo(out);
      assertThat(unquoted(out)).isEqualTo(text.toString());
    }
  }

  private static String unquoted(String out) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < out.length(); i++) {
      if (out.charAt(i) != '\\') {
        text.append(out.charAt(i));
      } else if (out.charAt(++i) != 'u') {
        text.append(out.charAt(i));
      } else {
        text.append((char) Integer.parseInt(out, i + 1, i + 5, 16));
        i += 4;
      }
    }
    return text.toString();
  }

  private static String quoted(String text) {
    JsonWriter json = new JsonWriter();
    json.beginObject().field("", text).endObject();
    String out = json.toString();
    return out.substring("{\"\":\"".length(), out.length() - "\"}".length());
  }
}
