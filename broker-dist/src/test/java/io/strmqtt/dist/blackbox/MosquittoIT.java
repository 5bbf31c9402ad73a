package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The command line tools of Mosquitto; they know tcp and TLS. */
@Timeout(60)
class MosquittoIT {
  private static final String FORMAT = "%t %q %r %p";

  @TempDir static Path folder;
  private static ForeignTls tls;
  private static BrokerProcess broker;

  /** As {@code -V} takes them. */
  private enum Version {
    MQTTV311,
    MQTTV5;

    String option() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    tls = ForeignTls.in(folder);
    broker = BrokerProcess.start(tls.hocon("ssl"));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static List<String> command(
      String program, Version version, Transport transport, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                program,
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(broker.port(transport.listener())),
                "-V",
                version.option()));
    if (transport.isEncrypted()) {
      command.addAll(List.of("--cafile", tls.certFile().toString()));
    }
    command.addAll(Arrays.asList(options));
    return command;
  }

  /** Subscribes, and waits until the broker has it. */
  private static MosquittoProcess subscribe(
      Version version, Transport transport, String id, String filter, String... options) {
    List<String> command =
        command("mosquitto_sub", version, transport, "-i", id, "-t", filter, "-q", "2");
    command.addAll(Arrays.asList(options));
    if (!command.contains("-F")) {
      command.addAll(List.of("-F", FORMAT));
    }
    MosquittoProcess process = MosquittoProcess.start(command);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> broker.request("/api/v1/sessions/" + id).body().contains(filter));
    return process;
  }

  private static void publish(Version version, Transport transport, String... options)
      throws Exception {
    MosquittoProcess.start(command("mosquitto_pub", version, transport, options)).insistOnSuccess();
  }

  @ParameterizedTest
  @CsvSource({"MQTTV311, TCP", "MQTTV311, SSL", "MQTTV5, TCP", "MQTTV5, SSL"})
  void publicationsOfEveryQosArriveAsTheyWereSent(Version version, Transport transport)
      throws Exception {
    String name = version + "-" + transport;
    try (MosquittoProcess in = subscribe(version, transport, name, "m/" + name + "/#")) {
      for (int qos = 0; qos <= 2; qos++) {
        String topic = "m/" + name + "/" + qos;
        publish(version, transport, "-t", topic, "-q", String.valueOf(qos), "-m", "grüße " + qos);
        assertThat(in.line()).isEqualTo(topic + " " + qos + " 0 grüße " + qos);
      }
      String large = "0123456789".repeat(20_000);
      MosquittoProcess.start(
              command(
                  "mosquitto_pub", version, transport, "-t", "m/" + name + "/l", "-q", "1", "-s"))
          .with(large)
          .insistOnSuccess();
      assertThat(in.line()).isEqualTo("m/" + name + "/l 1 0 " + large);
      assertThat(broker.get("/api/v1/sessions/" + name))
          .contains(
              "\"listener\":\"" + transport.listener() + "\"",
              "\"mqtt_version\":\"" + (version == Version.MQTTV5 ? "5.0" : "3.1.1") + "\"");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRetainedMessageMeetsWhoComesLater(Version version) throws Exception {
    String topic = "kept/" + version;
    publish(version, Transport.TCP, "-t", topic, "-q", "1", "-r", "-m", "for you");
    try (MosquittoProcess late = subscribe(version, Transport.TCP, "late-" + version, topic)) {
      assertThat(late.line()).isEqualTo(topic + " 1 1 for you");
      publish(version, Transport.TCP, "-t", topic, "-q", "1", "-r", "-n");
      assertThat(late.line()).isEqualTo(topic + " 1 0 ");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theWillIsPublishedWhenTheClientIsKilledAndNotAfterDisconnect(Version version)
      throws Exception {
    String topic = "wills/" + version;
    String[] will = {"--will-topic", topic, "--will-payload", "told", "--will-qos", "1"};
    try (MosquittoProcess heir = subscribe(version, Transport.TCP, "heir-" + version, topic)) {
      subscribe(version, Transport.TCP, "polite-" + version, "x", will).close();
      if (version == Version.MQTTV5) { // It says DISCONNECT with will there.
        assertThat(heir.line()).isEqualTo(topic + " 1 0 told");
      }
      publish(version, Transport.TCP, "-t", topic, "-m", "still here");
      assertThat(heir.line()).isEqualTo(topic + " 0 0 still here");
      MosquittoProcess doomed =
          subscribe(
              version,
              Transport.TCP,
              "doomed-" + version,
              "x",
              "--will-topic",
              topic,
              "--will-payload",
              "gone",
              "--will-qos",
              "1",
              "--will-retain");
      doomed.kill();
      assertThat(heir.line()).isEqualTo(topic + " 1 0 gone");
    }
    try (MosquittoProcess late = subscribe(version, Transport.TCP, "later-" + version, topic)) {
      assertThat(late.line()).isEqualTo(topic + " 1 1 gone");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPersistentSessionKeepsWhatCameMeanwhileInOrder(Version version) throws Exception {
    String id = "traveller-" + version;
    String topic = "home/" + version;
    String[] persistent =
        version == Version.MQTTV5 ? new String[] {"-c", "-x", "300"} : new String[] {"-c"};
    subscribe(version, Transport.TCP, id, topic, persistent).close();
    for (int i = 0; i < 5; i++) {
      publish(version, Transport.TCP, "-t", topic, "-q", "1", "-m", "letter " + i);
    }
    try (MosquittoProcess back = subscribe(version, Transport.TCP, id, topic, persistent)) {
      for (int i = 0; i < 5; i++) {
        assertThat(back.line()).isEqualTo(topic + " 1 0 letter " + i);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSharedSubscriptionGivesEachMessageToOneMember(Version version) throws Exception {
    String filter = "$share/workers/jobs/" + version;
    try (MosquittoProcess one = subscribe(version, Transport.TCP, "one-" + version, filter);
        MosquittoProcess two = subscribe(version, Transport.SSL, "two-" + version, filter)) {
      for (int i = 0; i < 6; i++) {
        publish(version, Transport.TCP, "-t", "jobs/" + version, "-q", "1", "-m", "job " + i);
      }
      await().until(() -> one.waiting() + two.waiting() == 6);
      assertThat(one.waiting()).isEqualTo(3);
      List<String> jobs = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        jobs.add(one.line());
        jobs.add(two.line());
      }
      assertThat(jobs).doesNotHaveDuplicates();
    }
  }

  @Test
  void theProperties5AddsArriveUnchanged() throws Exception {
    try (MosquittoProcess in =
        subscribe(
            Version.MQTTV5,
            Transport.TCP,
            "props",
            "props/#",
            "-D",
            "subscribe",
            "subscription-identifier",
            "7",
            "-F",
            "%C|%D|%R|%P|%F|%S|%p")) {
      publish(
          Version.MQTTV5,
          Transport.TCP,
          property("-t", "props/x", "-q", "1", "-m", "with"),
          property("content-type", "text/plain"),
          property("correlation-data", "corr"),
          property("response-topic", "re/x"),
          property("payload-format-indicator", "1"),
          property("user-property", "b", "2"),
          property("user-property", "a", "1"));
      assertThat(in.line()).isEqualTo("text/plain|corr|re/x|b:2 a:1|1|7|with");
    }
  }

  /** An option, as it is or of a property of PUBLISH. */
  private static String[] property(String... words) {
    if (words[0].startsWith("-")) {
      return words;
    }
    List<String> option = new ArrayList<>(List.of("-D", "publish"));
    option.addAll(Arrays.asList(words));
    return option.toArray(String[]::new);
  }

  private static void publish(Version version, Transport transport, String[]... options)
      throws Exception {
    publish(
        version, transport, Arrays.stream(options).flatMap(Arrays::stream).toArray(String[]::new));
  }

  @Test
  void theBrokersOwnTopicsAreThereForALocalClient() throws Exception {
    try (MosquittoProcess in =
        subscribe(Version.MQTTV311, Transport.TCP, "sys", "$SYS/broker/version")) {
      assertThat(in.line()).startsWith("$SYS/broker/version 0 1 st-rmqtt version ");
    }
  }
}
