package io.strmqtt.dist.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.conformance.Normative;
import io.strmqtt.dist.blackbox.ForeignClient.Library;
import io.strmqtt.dist.blackbox.ForeignClient.Message;
import io.strmqtt.dist.blackbox.ForeignClient.Terms;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Libraries that other people wrote, at the versions of MQTT and over the transports they know. */
@Timeout(60)
class ForeignClientsIT {
  @TempDir static Path folder;
  private static ForeignTls tls;
  private static BrokerProcess broker;

  @BeforeAll
  static void start() throws Exception {
    tls = ForeignTls.in(folder);
    broker = BrokerProcess.start(tls.hocon("ssl") + tls.hocon("wss"));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static Stream<Arguments> everyLibraryOverEveryTransport() {
    return Stream.of(Library.values())
        .flatMap(
            library ->
                Stream.of(Transport.values()).map(transport -> Arguments.of(library, transport)));
  }

  @ParameterizedTest
  @MethodSource("everyLibraryOverEveryTransport")
  @Normative(v311 = "MQTT-7.0.0-2")
  void publicationsOfEveryQosArriveAsTheyWereSent(Library library, Transport transport)
      throws Exception {
    String name = library + "-" + transport;
    Terms subscriber = terms(name + "-sub", transport);
    try (ForeignClient in = library.connect(subscriber);
        ForeignClient out = library.connect(terms(name + "-pub", transport))) {
      in.subscribe("faces/" + name + "/#", 2);
      for (int qos = 0; qos <= 2; qos++) {
        Message message = Message.of("faces/" + name + "/" + qos, "grüße " + name, qos);
        out.publish(message);
        assertThat(subscriber.receive()).isEqualTo(message);
      }
      Message large = Message.of("faces/" + name + "/large", "0123456789".repeat(20_000), 1);
      out.publish(large);
      assertThat(subscriber.receive()).isEqualTo(large);

      assertThat(broker.get("/api/v1/sessions/" + name + "-sub"))
          .contains(
              "\"listener\":\"" + transport.listener() + "\"",
              "\"mqtt_version\":\"" + (name.contains("_5") ? "5.0" : "3.1.1") + "\"",
              transport.isEncrypted() ? "\"tls_version\":\"TLSv1.3\"" : "\"tls_version\":null");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSubscriptionOfLowerQosLowersThatOfThePublication(Library library) throws Exception {
    Terms subscriber = terms("lower-" + library, Transport.TCP);
    try (ForeignClient client = library.connect(subscriber)) {
      for (int qos = 0; qos <= 1; qos++) {
        String topic = "lower/" + library + "/" + qos;
        client.subscribe(topic, qos);
        client.publish(Message.of(topic, "2", 2));
        assertThat(subscriber.receive()).isEqualTo(Message.of(topic, "2", qos));
      }
    }
  }

  @Test
  void librariesVersionsAndTransportsUnderstandEachOther() throws Exception {
    List<Terms> terms = new ArrayList<>();
    List<ForeignClient> clients = new ArrayList<>();
    for (Library library : Library.values()) {
      Terms each = terms("babel-" + library, Transport.values()[library.ordinal() % 4]);
      terms.add(each);
      clients.add(library.connect(each));
      clients.getLast().subscribe("babel/+", 1);
    }
    for (int i = 0; i < clients.size(); i++) {
      Message message = Message.of("babel/" + i, "from " + terms.get(i).clientId(), 1);
      clients.get(i).publish(message);
      for (Terms each : terms) {
        assertThat(each.receive()).as(each.clientId()).isEqualTo(message);
      }
    }
    for (ForeignClient client : clients) {
      client.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRetainedMessageMeetsWhoComesLater(Library library) throws Exception {
    Message kept = Message.of("kept/" + library, "for you", 1).asRetained();
    Terms late = terms("late-" + library, Transport.TCP);
    try (ForeignClient out = library.connect(terms("early-" + library, Transport.TCP));
        ForeignClient in = library.connect(late)) {
      out.publish(kept);
      in.subscribe(kept.topic(), 1);
      assertThat(late.receive()).isEqualTo(kept);
      out.publish(Message.of(kept.topic(), "", 1).asRetained());
    }
  }

  @ParameterizedTest
  @EnumSource
  void theWillIsPublishedWhenTheLineIsCutAndNotAfterDisconnect(Library library) throws Exception {
    Message will = Message.of("wills/" + library, "gone", 1);
    Terms heirTerms = terms("heir-" + library, Transport.TCP);
    try (ForeignClient heir = library.connect(heirTerms)) {
      heir.subscribe(will.topic(), 1);
      library.connect(terms("polite-" + library, Transport.TCP).with(will)).close();
      Line line = Line.to(broker.port("tcp"));
      try (line;
          ForeignClient doomed =
              library.connect(
                  Terms.clean("doomed-" + library, Transport.TCP, line.port(), tls).with(will))) {
        assertThat(doomed.sessionPresent()).isFalse();
        heir.publish(Message.of(will.topic(), "still here", 1));
        assertThat(heirTerms.receive().payload()).isEqualTo("still here");
        line.close();
        assertThat(heirTerms.receive()).isEqualTo(will);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPersistentSessionKeepsWhatCameMeanwhileInOrder(Library library) throws Exception {
    Terms first = terms("traveller-" + library, Transport.TCP).persistent();
    List<Message> meanwhile = new ArrayList<>();
    try (ForeignClient client = library.connect(first)) {
      assertThat(client.sessionPresent()).isFalse();
      client.subscribe("home/" + library, 2);
    }
    try (ForeignClient out = library.connect(terms("home-" + library, Transport.WS))) {
      for (int i = 0; i < 20; i++) {
        meanwhile.add(Message.of("home/" + library, "letter " + i, 1 + i % 2));
        out.publish(meanwhile.getLast());
      }
    }
    Terms second = first.persistent();
    try (ForeignClient client = library.connect(second)) {
      assertThat(client.sessionPresent()).isTrue();
      List<Message> arrived = new ArrayList<>();
      while (arrived.size() < meanwhile.size()) {
        arrived.add(second.receive());
      }
      for (int qos = 1; qos <= 2; qos++) { // Between the two the client may choose (4.6.0-6).
        assertThat(ofQos(qos, arrived)).isEqualTo(ofQos(qos, meanwhile));
      }
    }
    try (ForeignClient client = library.connect(terms(first.clientId(), Transport.TCP))) {
      assertThat(client.sessionPresent()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"HIVEMQ_5", "PAHO_5", "MQTTJS_5"})
  void userPropertiesAndCorrelationDataGoRoundUnchanged(Library library) throws Exception {
    Terms subscriber = terms("props-" + library, Transport.TCP);
    var b = Map.entry("b", "2");
    var a = Map.entry("a", "1");
    var again = Map.entry("b", "3 ü");
    Message message =
        new Message(
            "props/" + library,
            "with",
            1,
            false,
            // mqtt.js keeps the values of a name together.
            library == Library.MQTTJS_5 ? List.of(b, again, a) : List.of(b, a, again),
            "correlation");
    try (ForeignClient client = library.connect(subscriber)) {
      client.subscribe(message.topic(), 1);
      client.publish(message);
      assertThat(subscriber.receive()).isEqualTo(message);
    }
  }

  @Test
  void aSharedSubscriptionGivesEachMessageToOneMember() throws Exception {
    BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
    List<ForeignClient> members = new ArrayList<>();
    for (Library library : Library.values()) {
      ForeignClient member =
          library.connect(terms("member-" + library, Transport.TCP).sharing(inbox));
      member.subscribe("$share/workers/jobs/#", 1);
      members.add(member);
    }
    Set<String> sent = new HashSet<>();
    try (ForeignClient boss = Library.HIVEMQ_5.connect(terms("boss", Transport.TCP))) {
      for (int i = 0; i < 40; i++) {
        boss.publish(Message.of("jobs/" + i, "job " + i, 1));
        sent.add("job " + i);
      }
    }
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> inbox.size() >= sent.size());
    for (ForeignClient member : members) {
      member.close();
    }
    assertThat(inbox).extracting(Message::payload).containsExactlyInAnyOrderElementsOf(sent);
  }

  private static List<Message> ofQos(int qos, List<Message> all) {
    return all.stream().filter(message -> message.qos() == qos).toList();
  }

  private static Terms terms(String clientId, Transport transport) {
    return Terms.clean(clientId, transport, broker.port(transport.listener()), tls);
  }
}
