package io.strmqtt.dist.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.dist.image.Image;
import io.strmqtt.dist.plugin.PluginJar;
import io.strmqtt.mqtt.packet.MqttPacket.Auth;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttPacket.Pingreq;
import io.strmqtt.mqtt.packet.MqttPacket.Pingresp;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jars of plugins, put into the image as an operator puts them. */
@Timeout(60)
class PluginIT {
  /** An authenticator that does what the user name says. */
  private static final String MOODY =
      """
      package com.example.moody;

      import io.strmqtt.api.Settings;
      import io.strmqtt.api.auth.*;
      import java.util.concurrent.*;

      public final class MoodyProvider implements AuthenticatorProvider {
        public String name() {
          return "moody";
        }

        public Authenticator create(Settings settings) {
          return attempt -> switch (attempt.username().orElse("")) {
            case "throws" -> throw new IllegalStateException("a bad day");
            case "asserts" -> throw new AssertionError("a very bad day");
            case "answers-nothing" -> null;
            case "completes-with-nothing" -> CompletableFuture.completedFuture(null);
            case "fails-later" ->
                CompletableFuture.supplyAsync(() -> { throw new IllegalStateException("later"); });
            default -> CompletableFuture.completedFuture(new AuthOutcome.Accepted("somebody"));
          };
        }
      }
      """;

  /** An authentication method of two steps: knock, and then knock again. */
  private static final String KNOCK =
      """
      package com.example.knock;

      import static java.nio.charset.StandardCharsets.UTF_8;

      import io.strmqtt.api.Reason;
      import io.strmqtt.api.Settings;
      import io.strmqtt.api.auth.*;
      import java.util.*;
      import java.util.concurrent.*;

      public final class KnockProvider implements EnhancedAuthenticatorProvider {
        public String name() {
          return "knock";
        }

        public EnhancedAuthenticator create(Settings settings) {
          String word = settings.requireString("word");
          return new EnhancedAuthenticator() {
            public Set<String> methods() {
              return Set.of("KNOCK-KNOCK");
            }

            public AuthExchange begin(
                String method, ConnectAttempt attempt, Optional<String> current) {
              return new AuthExchange() {
                public CompletionStage<AuthStep> next(Optional<byte[]> data) {
                  return CompletableFuture.supplyAsync(() -> answer(new String(data.get(), UTF_8)));
                }

                private AuthStep answer(String said) {
                  if (!said.equals("knock")) {
                    return said.equals(word)
                        ? new AuthStep.Accepted("guest", Optional.empty())
                        : new AuthStep.Rejected(Reason.BAD_CREDENTIALS, "stranger");
                  }
                  return new AuthStep.Continue("who is there?".getBytes(UTF_8));
                }
              };
            }
          };
        }
      }
      """;

  @TempDir static Path work;
  private static Image image;

  @BeforeAll
  static void putThePluginsInPlace() throws Exception {
    image = Image.unpack(work.resolve("image"));
    Path plugins = image.home().resolve("plugins");
    PluginJar jars = new PluginJar(work);
    jars.example(plugins.resolve("house/house.jar"));
    jars.pack(
        Map.of(
            "com/example/moody/MoodyProvider.java",
            MOODY,
            "META-INF/services/io.strmqtt.api.auth.AuthenticatorProvider",
            "com.example.moody.MoodyProvider"),
        plugins.resolve("moody/moody.jar"));
    jars.pack(
        Map.of(
            "com/example/knock/KnockProvider.java",
            KNOCK,
            "META-INF/services/io.strmqtt.api.auth.EnhancedAuthenticatorProvider",
            "com.example.knock.KnockProvider"),
        plugins.resolve("knock/knock.jar"));
    jars.pack(
        Map.of(
            "com/example/echo/KnockProvider.java",
            KNOCK
                .replace("com.example.knock", "com.example.echo")
                .replace("\"knock\";", "\"echo\";"),
            "META-INF/services/io.strmqtt.api.auth.EnhancedAuthenticatorProvider",
            "com.example.echo.KnockProvider"),
        plugins.resolve("echo/echo.jar"));
  }

  @Test
  void aPluginsOwnAuthenticationMethodLetsItsClientsIn() {
    String conf =
        """
        authentication {
          allow_anonymous = false
          enhanced = [knock]
          knock { word = "it's me" }
        }
        """;
    try (BrokerProcess broker = BrokerProcess.start(image.home(), conf, Map.of())) {
      try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
        client.send(knocking("friend"));
        assertThat(client.receive(Auth.class).code()).isEqualTo(ReasonCode.CONTINUE_AUTHENTICATION);
        client.send(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, knock("it's me")));
        assertThat(client.receive(Connack.class).code()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(broker.get("/api/v1/sessions/friend")).contains("\"username\":\"guest\"");
        client.send(new Auth(ReasonCode.REAUTHENTICATE, knock("it's me")));
        assertThat(client.receive(Auth.class).code()).isEqualTo(ReasonCode.SUCCESS);
        broker.awaitLog("event=reauthenticated", "client_id=friend", "username=guest");
      }
      try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
        client.send(knocking("foe"));
        client.receive(Auth.class);
        client.send(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, knock("it's them")));
        assertThat(client.receive(Connack.class).code())
            .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      }
      assertThat(unauthorized(broker, "foe"))
          .contains("\"reason\":\"BAD_CREDENTIALS\"", "\"username\":\"stranger\"");
      assertThat(outcome(broker, MqttVersion.V5, "plain", "guest", "it's me"))
          .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
    }
  }

  private static Properties knock(String data) {
    return Properties.builder()
        .add(Property.AUTHENTICATION_METHOD, "KNOCK-KNOCK")
        .add(Property.AUTHENTICATION_DATA, data.getBytes(UTF_8))
        .build();
  }

  private static Connect knocking(String clientId) {
    return new Connect(
        MqttVersion.V5,
        clientId,
        true,
        60,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        knock("knock"));
  }

  @Test
  void aProviderOfMethodsThatIsNotThereEndsTheStart() throws Exception {
    BrokerProcess broker = run("authentication.enhanced = [kerberos]\n");

    assertThat(broker.exitCode()).isEqualTo(78);
    assertThat(broker.awaitLog("error: authentication.enhanced"))
        .contains("kerberos", "knock (", "scram (built in)", "bad.conf:1");
  }

  @Test
  void aPluginThatIsChosenDecidesWhoMayConnect() {
    String conf =
        """
        authentication {
          allow_anonymous = false
          authenticator = house-password
          house-password { password = "open sesame" }
        }
        """;
    try (BrokerProcess broker = BrokerProcess.start(image.home(), conf, Map.of())) {
      broker.awaitLog("event=plugin_loaded", "plugin=house", "com.example.housepassword");

      try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
        assertThat(connect(client, MqttVersion.V5, "right", "alice", "open sesame"))
            .isEqualTo(ReasonCode.SUCCESS);
        assertThat(broker.get("/api/v1/sessions/right")).contains("\"username\":\"alice\"");
      }
      assertThat(outcome(broker, MqttVersion.V5, "wrong", "bob", "open cereal"))
          .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      assertThat(outcome(broker, MqttVersion.V3_1_1, "wrong-3", "bob", "open cereal"))
          .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
        assertThat(client.connect("without", true, Properties.NONE).code())
            .isEqualTo(ReasonCode.NOT_AUTHORIZED);
      }
      assertThat(unauthorized(broker, "wrong"))
          .contains(
              "\"username\":\"bob\"",
              "\"password_provided\":true",
              "\"reason\":\"BAD_CREDENTIALS\"",
              "\"client_address\":\"127.0.0.1\"");
      assertThat(unauthorized(broker, "without"))
          .contains("\"password_provided\":false", "\"reason\":\"NO_CREDENTIALS\"");
      broker.awaitLog("event=refused", "reason=BAD_CREDENTIALS", "client_id=wrong", "username=bob");
      assertThat(String.join("\n", broker.log())).doesNotContain("sesame", "cereal");
    }
  }

  @Test
  void aPluginThatFailsRefusesItsClientAndNobodyElse() {
    String conf = "authentication { allow_anonymous = false, authenticator = moody }";
    try (BrokerProcess broker = BrokerProcess.start(image.home(), conf, Map.of());
        RawClient before = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
      assertThat(connect(before, MqttVersion.V5, "before", "calm", "x"))
          .isEqualTo(ReasonCode.SUCCESS);

      for (String mood :
          List.of(
              "throws", "asserts", "answers-nothing", "completes-with-nothing", "fails-later")) {
        assertThat(outcome(broker, MqttVersion.V5, "victim-of-" + mood, mood, "x"))
            .as(mood)
            .isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
        assertThat(unauthorized(broker, "victim-of-" + mood))
            .contains("\"reason\":\"AUTH_FAILED\"", "\"username\":\"" + mood + "\"");
        assertThat(outcome(broker, MqttVersion.V5, "after-" + mood, "calm", "x"))
            .isEqualTo(ReasonCode.SUCCESS);
      }
      broker.awaitLog("event=authenticator_failed", "a bad day");
      before.send(new Pingreq());
      before.receive(Pingresp.class);
    }
  }

  @Test
  void aProviderThatIsNotThereEndsTheStartWithTheNamesOfThoseThatAre() throws Exception {
    BrokerProcess broker = run("authentication.authenticator = ldap\n");

    assertThat(broker.exitCode()).isEqualTo(78);
    assertThat(broker.awaitLog("error: authentication.authenticator"))
        .contains("ldap", "house-password (", "moody (", "password-file (built in)", "bad.conf:1");
  }

  @Test
  void twoProvidersOfOneMethodEndTheStart() throws Exception {
    BrokerProcess broker =
        run("authentication { enhanced = [knock, echo], knock.word = a, echo.word = b }\n");

    assertThat(broker.exitCode()).isEqualTo(78);
    assertThat(broker.awaitLog("error: authentication.enhanced"))
        .contains("echo and knock both serve KNOCK-KNOCK", "bad.conf:1");
  }

  @Test
  void aSettingThatAPluginDoesNotKnowEndsTheStartWithItsLine() throws Exception {
    BrokerProcess broker =
        run(
            """
            authentication.authenticator = house-password
            authentication.house-password.password = x
            authentication.house-password.pasword = y
            """);

    assertThat(broker.exitCode()).isEqualTo(78);
    assertThat(broker.awaitLog("error: authentication.house-password.pasword"))
        .contains("bad.conf:3");
  }

  private static BrokerProcess run(String conf) throws Exception {
    Path file = Files.writeString(work.resolve("bad.conf"), conf);
    return BrokerProcess.launch(image.home(), work, Map.of(), "run", "--config", file.toString());
  }

  private static ReasonCode outcome(
      BrokerProcess broker, MqttVersion version, String clientId, String user, String password) {
    try (RawClient client = RawClient.open(broker.port("tcp"), version)) {
      return connect(client, version, clientId, user, password);
    }
  }

  private static ReasonCode connect(
      RawClient client, MqttVersion version, String clientId, String user, String password) {
    client.send(
        new Connect(
            version,
            clientId,
            true,
            60,
            Optional.empty(),
            Optional.of(user),
            Optional.of(password.getBytes(UTF_8)),
            Properties.NONE));
    return client.receive(Connack.class).code();
  }

  /** The one record of the client: the objects of the listing hold no others. */
  private static String unauthorized(BrokerProcess broker, String clientId) {
    String all = broker.get("/api/v1/unauthorized-clients");
    for (String record : all.split("[{}]")) {
      if (record.contains("\"client_id\":\"" + clientId + "\"")) {
        return record;
      }
    }
    throw new AssertionError("no record of " + clientId + " in " + all);
  }
}
