package io.strmqtt.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.AuthStep;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramExchangeTest {
  private static final ScramMechanism SHA_1 =
      new ScramMechanism("SCRAM-SHA-1", "SHA-1", "HmacSHA1", "PBKDF2WithHmacSHA1", 20);
  private static final String CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";
  private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  private static final String SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";
  private static final String PROOF = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
  private static final String FINAL = "c=biws,r=" + CLIENT_NONCE + SERVER_NONCE + ",p=" + PROOF;

  private static final ScramCredential PENCIL = pencil(ScramMechanism.SHA_256, SALT);

  private static ScramCredential pencil(ScramMechanism mechanism, String salt) {
    return ScramCredential.create(
        mechanism, "pencil".getBytes(UTF_8), Base64.getDecoder().decode(salt), 4096);
  }

  private static ScramExchange exchange(Map<String, ScramCredential> users) {
    ScramCredential nobody =
        new ScramCredential(ScramMechanism.SHA_256, 4096, new byte[16], new byte[32], new byte[32]);
    return new ScramExchange(
        ScramMechanism.SHA_256, name -> users.getOrDefault(name, nobody), () -> SERVER_NONCE);
  }

  private static ScramExchange exchange() {
    return exchange(Map.of("user", PENCIL));
  }

  private static AuthStep say(ScramExchange exchange, String message) {
    return exchange.next(Optional.of(message.getBytes(UTF_8))).toCompletableFuture().join();
  }

  private static String data(AuthStep step) {
    Optional<byte[]> data =
        switch (step) {
          case AuthStep.Continue(Optional<byte[]> bytes) -> bytes;
          case AuthStep.Accepted(String username, Optional<byte[]> bytes) -> bytes;
          case AuthStep.Rejected(Reason reason, String username) ->
              throw new AssertionError("rejected: " + reason);
        };
    return new String(data.orElseThrow(), UTF_8);
  }

  /** RFC 5802, section 5; RFC 7677, section 3; and the latter with SHA-512, computed elsewhere. */
  @ParameterizedTest
  @CsvSource({
    "SCRAM-SHA-1, fyko+d2lbbFgONRv9qkxdawL, 3rfcNHYJY1ZVvWVs7j, QSXCR+Q6sek8bf92,"
        + " v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=, rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    "SCRAM-SHA-256, rOprNGfwEbeRWgbNEkqO, %hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        + " W22ZaJ0SNY7soEsUEjb6gQ==, dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=,"
        + " 6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    "SCRAM-SHA-512, rOprNGfwEbeRWgbNEkqO, %hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        + " W22ZaJ0SNY7soEsUEjb6gQ==,"
        + " gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==,"
        + " ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw=="
  })
  void theExchangesOfTheSpecificationsSucceed(
      String method, String client, String server, String salt, String proof, String signature) {
    ScramMechanism mechanism =
        ScramMechanism.ALL.stream().filter(m -> m.name().equals(method)).findFirst().orElse(SHA_1);
    ScramCredential credential = pencil(mechanism, salt);
    ScramExchange exchange = new ScramExchange(mechanism, name -> credential, () -> server);

    assertThat(data(say(exchange, "n,,n=user,r=" + client)))
        .isEqualTo("r=" + client + server + ",s=" + salt + ",i=4096");
    AuthStep last = say(exchange, "c=biws,r=" + client + server + ",p=" + proof);
    assertThat(last).isInstanceOf(AuthStep.Accepted.class);
    assertThat(((AuthStep.Accepted) last).username()).isEqualTo("user");
    assertThat(data(last)).isEqualTo("v=" + signature);
  }

  @Test
  void aCredentialSurvivesItsTextForm() {
    for (ScramMechanism mechanism : ScramMechanism.ALL) {
      String encoded = pencil(mechanism, SALT).encoded();
      assertThat(ScramCredential.isOne(encoded)).isTrue();
      assertThat(ScramCredential.parse(encoded).encoded()).isEqualTo(encoded);
    }
    assertThat(PENCIL.encoded())
        .isEqualTo(
            "$scram-sha-256$i=4096$W22ZaJ0SNY7soEsUEjb6gQ"
                + "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY"
                + "$wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU");
  }

  /** The proofs are those of other flags: "y,," and "n,a=user,". */
  @ParameterizedTest
  @ValueSource(strings = {"y,,", "n,a=user,"})
  void aClientThatCouldBindTheChannelOrNamesItselfTwiceIsServed(String header) {
    ScramExchange exchange = exchange();
    say(exchange, header + "n=user,r=" + CLIENT_NONCE);
    assertThat(say(exchange, answer(header, "user", ""))).isInstanceOf(AuthStep.Accepted.class);
  }

  private static String answer(String header, String name, String extensions) {
    String bare = "n=" + name + ",r=" + CLIENT_NONCE;
    return TestScramClient.answer(
        PENCIL,
        TestScramClient.salted(PENCIL, "pencil"),
        header,
        bare,
        "r=" + CLIENT_NONCE + SERVER_NONCE + ",s=" + SALT + ",i=4096",
        CLIENT_NONCE + SERVER_NONCE + extensions);
  }

  @Test
  void extensionsThatAreOptionalAreIgnoredButProtected() {
    ScramExchange exchange = exchange();
    say(exchange, "n,,n=user,r=" + CLIENT_NONCE);
    assertThat(say(exchange, answer("n,,", "user", ",z=ext")))
        .isInstanceOf(AuthStep.Accepted.class);
    ScramExchange tampered = exchange();
    say(tampered, "n,,n=user,r=" + CLIENT_NONCE);
    assertThat(say(tampered, answer("n,,", "user", ",z=ext").replace("z=ext", "z=txe")))
        .isEqualTo(new AuthStep.Rejected(Reason.BAD_CREDENTIALS, "user"));
  }

  @Test
  void namesAreUnescapedAndPrepared() {
    ScramExchange exchange = exchange(Map.of("a=b,IX", PENCIL));
    String name = "a=3Db=2CI\u00ADX";
    say(exchange, "n,,n=" + name + ",r=" + CLIENT_NONCE);
    AuthStep last = say(exchange, answer("n,,", name, ""));
    assertThat(last).isInstanceOf(AuthStep.Accepted.class);
    assertThat(((AuthStep.Accepted) last).username()).isEqualTo("a=b,IX");
  }

  @Test
  void aWrongPasswordAndAnUnknownUserFailAlikeAndNotBeforeTheProof() {
    for (String name : new String[] {"user", "nobody"}) {
      ScramExchange exchange = exchange();
      assertThat(say(exchange, "n,,n=" + name + ",r=x")).isInstanceOf(AuthStep.Continue.class);
      String wrong = Base64.getEncoder().encodeToString(new byte[32]);
      assertThat(say(exchange, "c=biws,r=x" + SERVER_NONCE + ",p=" + wrong))
          .isEqualTo(new AuthStep.Rejected(Reason.BAD_CREDENTIALS, name));
    }
  }

  @Test
  void aClientThatWaitsToBeAskedIsAskedOnce() {
    ScramExchange exchange = exchange();
    assertThat(exchange.next(Optional.empty()).toCompletableFuture().join())
        .isEqualTo(new AuthStep.Continue(Optional.empty()));
    assertThat(say(exchange, "n,,n=user,r=" + CLIENT_NONCE)).isInstanceOf(AuthStep.Continue.class);
    ScramExchange silent = exchange();
    silent.next(Optional.empty());
    assertThat(silent.next(Optional.empty()).toCompletableFuture().join())
        .isEqualTo(new AuthStep.Rejected(Reason.BAD_AUTH_EXCHANGE, ""));
  }

  @Test
  void nobodyActsAsAnother() {
    assertThat(say(exchange(), "n,a=root,n=user,r=x"))
        .isEqualTo(new AuthStep.Rejected(Reason.NOT_AUTHORIZED, "user"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "n",
        "n,",
        "n,,",
        "n,,n=user",
        "n,,n=user,",
        "n,,n=user,r=",
        "n,,n=,r=x",
        "n,,r=x,n=user",
        "n,,m=ext,n=user,r=x", // an extension that must be known
        "p=tls-unique,,n=user,r=x", // channel binding
        "N,,n=user,r=x",
        "n,user,n=user,r=x",
        "n,a=,n=user,r=x",
        "n,,n=us=er,r=x",
        "n,,n=user=2c,r=x",
        "n,,n=user,r=x y",
        "n,,n=user,r=\u00E4",
        "n,,n=user,r=x,",
        "n,,n=user,r=x,1=y",
        "n,,n=user,r=x,z=",
        "n,,n=us\0er,r=x",
        "n,,n=\u0007,r=x",
        "n,,n=\u00AD,r=x"
      })
  void aFirstMessageThatIsNoneIsRefused(String message) {
    assertThat(say(exchange(), message))
        .isInstanceOfSatisfying(
            AuthStep.Rejected.class,
            rejected -> assertThat(rejected.reason()).isEqualTo(Reason.BAD_AUTH_EXCHANGE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c=biws",
        "c=biws,r=N",
        "c=biws,r=N,p=",
        "c=biws,r=N,p=AAAA",
        "c=biws,r=N,p=P,z=behind",
        "c=eSws,r=N,p=P", // "y,,": another header than before
        "c=biwsAA==,r=N,p=P", // with a channel bound
        "c=biw,r=N,p=P",
        "c=biws,r=N,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVR=", // not as base64 is written
        "c=biws,r=N,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ",
        "r=N,c=biws,p=P",
        "c=biws,r=x,p=P",
        "c=biws,r=Nx,p=P",
        "c=biws,r=N,zz,p=P",
        "n,,n=user,r=x"
      })
  void aLastMessageThatIsNoneIsRefused(String message) {
    ScramExchange exchange = exchange();
    say(exchange, "n,,n=user,r=" + CLIENT_NONCE);
    String said = message.replace("N", CLIENT_NONCE + SERVER_NONCE).replace("P", PROOF);
    assertThat(say(exchange, said))
        .isEqualTo(new AuthStep.Rejected(Reason.BAD_AUTH_EXCHANGE, "user"));
  }

  @Test
  void bytesThatAreNoUtf8AndMessagesWithoutEndAreRefused() {
    for (byte[] message : new byte[][] {{'n', ',', ',', 'n', '=', (byte) 0xff}, new byte[8193]}) {
      assertThat(exchange().next(Optional.of(message)).toCompletableFuture().join())
          .isEqualTo(new AuthStep.Rejected(Reason.BAD_AUTH_EXCHANGE, ""));
    }
  }

  /** Whatever is changed in the right messages, nobody is let in, and nothing is thrown. */
  @Test
  void noMutationOfAnExchangeLetsAnybodyIn() {
    String first = "n,,n=user,r=" + CLIENT_NONCE;
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      ScramExchange exchange = exchange();
      boolean atFirst = random.nextBoolean();
      byte[] one = atFirst ? mutated(first, random) : first.getBytes(UTF_8);
      AuthStep step = exchange.next(Optional.of(one)).toCompletableFuture().join();
      if (step instanceof AuthStep.Continue) {
        byte[] two = atFirst ? FINAL.getBytes(UTF_8) : mutated(FINAL, random);
        step = exchange.next(Optional.of(two)).toCompletableFuture().join();
      }
      assertThat(step).as("seed %d", seed).isInstanceOf(AuthStep.Rejected.class);
    }
  }

  private static byte[] mutated(String message, Random random) {
    byte[] right = message.getBytes(UTF_8);
    byte[] bytes = right.clone();
    while (java.util.Arrays.equals(bytes, right)) {
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
          case 0 -> bytes[at] = (byte) random.nextInt(256);
          case 1 -> bytes[at] = (byte) ",=nrcpa".charAt(random.nextInt(7));
          case 2 -> bytes = java.util.Arrays.copyOf(bytes, at + 1);
          default -> bytes = java.util.Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(3));
        }
      }
    }
    return bytes;
  }
}
