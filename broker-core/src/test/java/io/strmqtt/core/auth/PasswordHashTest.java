package io.strmqtt.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {
  private static final String SALT = "c2FsdHNhbHQ=";
  private static final String HASH = "A".repeat(86) + "==";
  private static final byte[] NOT_UTF_8 = {(byte) 0xff, (byte) 0xfe};

  private final SecureRandom random = new SecureRandom();

  @ParameterizedTest
  @ValueSource(strings = {"", "secret", "pässwörd", "\uD83D\uDD11", "with\0zero", " spaces "})
  void aPasswordMatchesItsHashAndNoOther(String password) {
    String encoded = PasswordHash.hash(password.getBytes(UTF_8), 10, random);

    assertThat(encoded).matches("\\$pbkdf2-sha512\\$i=10\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{86}");
    assertThat(PasswordHash.verify(password.getBytes(UTF_8), encoded)).isTrue();
    assertThat(PasswordHash.verify((password + "x").getBytes(UTF_8), encoded)).isFalse();
    assertThat(PasswordHash.verify(NOT_UTF_8, encoded)).isFalse();
  }

  @Test
  void theSamePasswordHasAnotherHashEachTime() {
    assertThat(PasswordHash.hash(new byte[0], 1, random))
        .isNotEqualTo(PasswordHash.hash(new byte[0], 1, random));
  }

  @ParameterizedTest
  @CsvSource({
    "password, $pbkdf2-sha512$i=1$c2FsdFNBTFRzYWx0U0FMVA==$CnCQyzXBEnGAzgp5Tio1OgBzjTjvdMyNYe5oTBod328pxsITKBYhyzPONl/oQngDAqMy3pnP88pb/IcPoJVulg==",
    "pässwörd, $pbkdf2-sha512$i=1000$c2FsdFNBTFRzYWx0U0FMVA==$9kaCy+OKMNCtqAaYLaG05i3yCJzOf1OOUzIC/g+QDbxOFdtaBNiOERk9USum0ZAA7skbK5pXSs4Ta5k1o6oZCQ==",
    "🔑, $pbkdf2-sha512$i=77$c2FsdFNBTFRzYWx0U0FMVA==$0dUse3Dc4fxa6VbBymQQgan8SebFJ1l6cs8knJ5zw8ReIqP3nYgRWftMTalRLmieTLib//BAdsmAfglaBSJI9A=="
  })
  void hashesOfOtherImplementationsAreUnderstood(String password, String encoded) {
    assertThat(PasswordHash.verify(password.getBytes(UTF_8), encoded)).isTrue();
    assertThat(PasswordHash.verify("wrong".getBytes(UTF_8), encoded)).isFalse();
  }

  @Test
  void bytesThatAreNoUtf8CannotBeHashed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PasswordHash.hash(NOT_UTF_8, 10, random))
        .withMessageContaining("UTF-8");
  }

  @Test
  void nothingMatchesTheUnmatchable() {
    assertThat(PasswordHash.unmatchable(1, random).matches(new byte[0])).isFalse();
    assertThat(PasswordHash.unmatchable(1, random).matches(NOT_UTF_8)).isFalse();
  }

  @Test
  void whatIsNoHashIsRefusedAndNamed() {
    refused("", "begins with $pbkdf2-sha512$i=");
    refused("secret", "begins with");
    refused("$pbkdf2-sha256$i=1$" + SALT + "$" + HASH, "begins with");
    refused("$pbkdf2-sha512$i=1$" + SALT, "found 2 parts");
    refused("$pbkdf2-sha512$i=1$" + SALT + "$" + HASH + "$", "found 4 parts");
    refused("$pbkdf2-sha512$i=0$" + SALT + "$" + HASH, "iterations from 1 to 10000000");
    refused("$pbkdf2-sha512$i=x$" + SALT + "$" + HASH, "iterations");
    refused("$pbkdf2-sha512$i=10000001$" + SALT + "$" + HASH, "iterations");
    refused("$pbkdf2-sha512$i=1$c2FsdA$" + HASH, "salt of 8 to 1024 bytes, found 4");
    refused("$pbkdf2-sha512$i=1$s*lt$" + HASH, "salt is not valid base64");
    refused("$pbkdf2-sha512$i=1$" + SALT + "$AAAA", "hash of 64 bytes, found 3");
    refused("$pbkdf2-sha512$i=1$" + SALT + "$A", "hash is not valid base64");
  }

  private static void refused(String encoded, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PasswordHash.verify(new byte[0], encoded))
        .withMessageContaining(why);
  }
}
