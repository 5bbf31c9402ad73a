package io.strmqtt.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
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

  private static String quoted(String text) {
    JsonWriter json = new JsonWriter();
    json.beginObject().field("", text).endObject();
    String out = json.toString();
    return out.substring("{\"\":\"".length(), out.length() - "\"}".length());
  }
}
