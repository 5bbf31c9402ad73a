package io.strmqtt.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.api.Settings;
import io.strmqtt.api.auth.AuthExchange;
import io.strmqtt.api.auth.AuthStep;
import io.strmqtt.api.auth.ConnectAttempt;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import io.strmqtt.api.auth.EnhancedAuthenticatorProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramAuthenticatorTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path home;

  private static String scram(String method, String password) {
    return ScramCredential.create(method, password.getBytes(UTF_8), 4096, RANDOM);
  }

  private static String plain(String password) {
    return PasswordHash.hash(password.getBytes(UTF_8), 10, RANDOM);
  }

  private EnhancedAuthenticator create(String lines, Map<String, Object> more) throws IOException {
    Files.writeString(home.resolve("users"), lines);
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("file", "users");
    return new ScramAuthenticatorProvider().create(new Settings(settings, home));
  }

  private EnhancedAuthenticator create(String lines) throws IOException {
    return create(lines, Map.of());
  }

  private static AuthStep say(AuthExchange exchange, String message) {
    return exchange.next(Optional.of(message.getBytes(UTF_8))).toCompletableFuture().join();
  }

  private static AuthExchange begin(EnhancedAuthenticator authenticator, String method) {
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", 1883);
    return authenticator.begin(
        method,
        new ConnectAttempt(
            "c",
            Optional.empty(),
            Optional.empty(),
            ProtocolVersion.MQTT_5,
            true,
            ClientEndpoint.direct(address, address, "tcp")),
        Optional.empty());
  }

  /** What is asked of that user: nonce, salt and iterations. */
  private static String question(EnhancedAuthenticator authenticator, String method, String user) {
    AuthStep step = say(begin(authenticator, method), "n,,n=" + user + ",r=abc");
    return new String(((AuthStep.Continue) step).data().orElseThrow(), UTF_8);
  }

  private static String salt(EnhancedAuthenticator authenticator, String method, String user) {
    return question(authenticator, method, user).replaceFirst("r=[^,]*,", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SCRAM-SHA-256", "SCRAM-SHA-512"})
  void aUserOfTheFileLogsIn(String method) throws IOException {
    String encoded = scram(method, "p\u00E4ss");
    ScramCredential credential = ScramCredential.parse(encoded);
    EnhancedAuthenticator file =
        create("# staff\n\nann:" + plain("x") + " " + encoded + "\nbob:" + plain("x") + "\n");
    AuthExchange exchange = begin(file, method);
    AuthStep first = say(exchange, "n,,n=ann,r=abc");
    String asked = new String(((AuthStep.Continue) first).data().orElseThrow(), UTF_8);
    String nonce = asked.substring(2, asked.indexOf(','));
    AuthStep last =
        say(
            exchange,
            TestScramClient.answer(
                credential,
                TestScramClient.salted(credential, "p\u00E4ss"),
                "n,,",
                "n=ann,r=abc",
                asked,
                nonce));
    assertThat(last).isInstanceOf(AuthStep.Accepted.class);
    assertThat(((AuthStep.Accepted) last).username()).isEqualTo("ann");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# staff\n"})
  void aByteOrderMarkIsNoPartOfTheFirstName(String head) throws IOException {
    String line = "ann:" + scram("SCRAM-SHA-256", "x") + "\n";
    EnhancedAuthenticator marked = create("\uFEFF" + head + line);
    assertThat(salt(marked, "SCRAM-SHA-256", "ann"))
        .as("ann's own, not one made up")
        .isEqualTo(salt(create(head + line), "SCRAM-SHA-256", "ann"));
  }

  @Test
  void noncesAreLongAndNeverTheSame() throws IOException {
    EnhancedAuthenticator file = create("ann:" + scram("SCRAM-SHA-256", "x") + "\n");
    String one = question(file, "SCRAM-SHA-256", "ann");
    assertThat(one).matches("r=abc[!-+\\--~]{24},s=[^,]+,i=4096");
    assertThat(question(file, "SCRAM-SHA-256", "ann")).isNotEqualTo(one);
  }

  @Test
  void whoExistsCannotBeToldBySaltAndIterations() throws IOException {
    String lines =
        "ann:" + scram("SCRAM-SHA-256", "x") + "\nbob:" + scram("SCRAM-SHA-256", "y") + "\n";
    EnhancedAuthenticator file = create(lines);
    String made = salt(file, "SCRAM-SHA-256", "eve");

    assertThat(made).hasSameSizeAs(salt(file, "SCRAM-SHA-256", "ann")).endsWith(",i=4096");
    assertThat(salt(file, "SCRAM-SHA-256", "eve")).isEqualTo(made);
    assertThat(salt(file, "SCRAM-SHA-256", "mallory")).isNotEqualTo(made);
    assertThat(salt(create(lines), "SCRAM-SHA-256", "eve")).as("after a restart").isEqualTo(made);
    assertThat(salt(create(lines.replace("bob", "joe")), "SCRAM-SHA-256", "bob"))
        .isNotEqualTo(salt(create(lines), "SCRAM-SHA-256", "bob"));
    assertThat(salt(file, "SCRAM-SHA-512", "ann")).as("a method ann has no hash for").isNotEmpty();
  }

  @Test
  void onlyTheMethodsThatAreEnabledAreServed() throws IOException {
    String line = "ann:" + scram("SCRAM-SHA-256", "x") + "\n";
    assertThat(create(line).methods()).containsExactly("SCRAM-SHA-256", "SCRAM-SHA-512");
    for (Object one : List.of(List.of("SCRAM-SHA-512"), "SCRAM-SHA-512")) {
      assertThat(create(line, Map.of("methods", one)).methods()).containsExactly("SCRAM-SHA-512");
    }
    assertThat(create(line, Map.of("methods", "SCRAM-SHA-512, SCRAM-SHA-256")).methods())
        .hasSize(2);
    for (Object wrong : List.of(List.of("SCRAM-SHA-1"), List.of(), "SCRAM-SHA-256,")) {
      assertThatThrownBy(() -> create(line, Map.of("methods", wrong)))
          .isInstanceOf(Settings.Invalid.class)
          .hasMessageContaining("expected");
    }
  }

  @Test
  void everyWrongLineIsNamed() {
    String good = scram("SCRAM-SHA-256", "x");
    assertThatThrownBy(
            () ->
                create(
                    String.join(
                        "\n",
                        "a:" + good,
                        "b:" + good + " " + good,
                        "c:" + plain("x") + " " + plain("x"),
                        "I\u00ADX:" + good,
                        "e\u0007:" + good,
                        "f:" + good.replace("sha-256", "sha-1"),
                        "g:" + good.replace("i=4096", "i=4095"),
                        "h:" + good.substring(0, good.length() - 4),
                        "i:" + good + "$")))
        .isInstanceOf(Settings.Invalid.class)
        .hasMessageNotContaining("users:1:")
        .hasMessageContaining("users:2: more than one hash of one kind")
        .hasMessageContaining("users:3: more than one hash of one kind")
        .hasMessageContaining("users:4: for SCRAM the user name has to be written IX")
        .hasMessageContaining("users:5: the user name has characters that SASLprep")
        .hasMessageContaining("users:6: expected $scram-sha-256 or $scram-sha-512")
        .hasMessageContaining("users:7: expected a number of SCRAM iterations from 4096")
        .hasMessageContaining("users:8: ")
        .hasMessageContaining("users:9: expected $scram-sha-256$i=");
  }

  @Test
  void passwordsThatSaslprepDoesNotKnowAreRefused() {
    for (String wrong : List.of("\u0007", "\uD83D\uDD11", "\u00AD")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> scram("SCRAM-SHA-256", wrong))
          .withMessageContaining("SASLprep");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ScramCredential.create("SCRAM-SHA-256", new byte[] {(byte) 0xff}, 4096, RANDOM))
        .withMessageContaining("UTF-8");
    assertThatIllegalArgumentException().isThrownBy(() -> scram("SCRAM-SHA-1", "x"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ScramCredential.create("SCRAM-SHA-256", new byte[1], 4095, RANDOM));
  }

  @Test
  void theProviderIsFoundByName() {
    ScramAuthenticatorTest.class.getModule().addUses(EnhancedAuthenticatorProvider.class);

    assertThat(ServiceLoader.load(EnhancedAuthenticatorProvider.class))
        .extracting(EnhancedAuthenticatorProvider::name)
        .contains("scram");
  }
}
