package io.strmqtt.dist.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Message;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.api.Settings;
import io.strmqtt.api.store.Durability;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageProvider;
import io.strmqtt.api.store.StorageTerms;
import io.strmqtt.api.store.SubscriptionRecord;
import io.strmqtt.transport.TlsReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCommandTest {
  @TempDir Path home;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void configure() throws IOException {
    Files.createDirectories(home.resolve("conf"));
    Files.writeString(home.resolve("conf/st-rmqtt.conf"), "storage.provider = rocksdb\n");
  }

  @Test
  void aSoundStoreIsSaidToBe() {
    open().close();
    assertThat(run("store", "check")).isEqualTo(0);
    assertThat(text(out)).startsWith("The store is sound: ");
    assertThat(text(err)).isEmpty();
  }

  @Test
  void aDamagedStoreEndsWith1AndSaysWhere() throws IOException {
    open().close();
    Path database = home.resolve("data/rocksdb/db");
    try (var files = Files.list(database)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".sst")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[3] ^= 1;
        Files.write(file, bytes);
      }
    }
    try (var files = Files.list(database)) {
      Path log = files.filter(f -> f.toString().endsWith(".log")).findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(log);
      bytes[10] ^= 1;
      Files.write(log, bytes);
    }

    assertThat(run("store", "check")).isEqualTo(1);
    assertThat(text(err)).contains("damaged: ").contains(".log is not whole at byte 0");
    assertThat(text(out)).startsWith("The store is damaged: ");
  }

  @Test
  void whereThereIsNoStoreNothingIsMade() {
    assertThat(run("store", "check")).isEqualTo(1);
    assertThat(text(err)).startsWith("error: there is no store in " + home.resolve("data/rocksdb"));
    assertThat(home.resolve("data")).doesNotExist();
  }

  @Test
  void aStoreInUseEndsWith1() {
    Storage storage = open();
    for (String command : List.of("check", "stats", "export")) {
      err.reset();
      assertThat(run("store", command)).isEqualTo(1);
      assertThat(text(err)).contains("is in use by another process");
    }
    storage.close();
  }

  @Test
  void whatIsInTheStoreIsCounted() {
    open().close();
    assertThat(run("store", "stats")).isEqualTo(0);
    assertThat(text(out).lines())
        .contains(
            "sessions 1",
            "subscriptions 1",
            "queued_messages 1",
            "retained_messages 1",
            "unauthorized_records 0");
  }

  @Test
  void theExportIsOneObjectOnEachLine() throws IOException {
    open().close();
    assertThat(run("store", "export")).isEqualTo(0);
    List<String> lines = text(out).lines().toList();
    assertThat(lines).hasSize(4).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    assertThat(lines.get(0))
        .contains("\"type\":\"session\"", "\"clientId\":\"d\\u00fc\\\"1\"", "192.0.2.7:40000");
    assertThat(lines.get(1)).contains("\"filter\":\"a/#\"", "\"qos\":1");
    assertThat(lines.get(2))
        .contains("\"type\":\"message\"", "\"topic\":\"a\"", "\"payload\":\"aGVsbG8=\"");
    assertThat(lines.get(3)).contains("\"type\":\"retained\"", "\"topic\":\"r\"");

    Path file = home.resolve("export.json");
    assertThat(run("store", "export", "--output", file.toString())).isEqualTo(0);
    assertThat(Files.readAllLines(file)).isEqualTo(lines);
    assertThat(run("store", "export", "--output", file.toString()))
        .as("a file that is there is not overwritten")
        .isEqualTo(1);
  }

  @Test
  void anExportSaysWhyItsFileCannotBeWritten() throws IOException {
    open().close();
    Path there = Files.writeString(home.resolve("there.json"), "mine");
    assertThat(run("store", "export", "-o", there.toString())).isEqualTo(1);
    assertThat(text(err)).contains("there.json exists", "--force");
    assertThat(there).hasContent("mine");
    assertThat(run("store", "export", "-o", there.toString(), "--force")).isEqualTo(0);
    assertThat(run("store", "export", "-o", home.resolve("no/where.json").toString())).isEqualTo(1);
    assertThat(text(err)).contains("where.json cannot be written: there is no folder");
    assertThat(run("store", "export", "-o", home.toString(), "--force")).isEqualTo(1);
    assertThat(text(err)).contains("it is a folder").doesNotContain("Exception");
    assertThat(run("store", "export", "-o", "-")).isEqualTo(0);
    assertThat(Path.of("-")).doesNotExist();
  }

  @Test
  void aMemoryStoreIsSaidToKeepNothing() throws IOException {
    Files.writeString(home.resolve("conf/st-rmqtt.conf"), "storage.provider = memory\n");
    for (String command : new String[] {"check", "stats", "export"}) {
      assertThat(run("store", command)).isEqualTo(1);
      assertThat(text(err)).contains("storage.provider is memory");
    }
  }

  private Storage open() {
    StorageProvider provider =
        ServiceLoader.load(StorageProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(p -> p.name().equals("rocksdb"))
            .findFirst()
            .orElseThrow();
    Storage storage =
        provider.open(
            new StorageTerms(
                home.resolve("data"), Durability.FSYNC, Duration.ZERO, Clock.systemUTC()),
            new Settings(Map.of(), home));
    storage.sessions().restore(session -> {});
    InetSocketAddress address = new InetSocketAddress("192.0.2.7", 40_000);
    storage
        .sessions()
        .put(
            new SessionRecord(
                "dü\"1",
                "",
                ProtocolVersion.MQTT_5,
                false,
                ClientEndpoint.direct(address, address, "tcp"),
                false,
                60,
                3600,
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty()));
    storage
        .sessions()
        .putSubscription("dü\"1", new SubscriptionRecord("a/#", 1, false, false, 0, 0));
    storage
        .queues()
        .create("dü\"1")
        .add(
            new QueuedMessage(
                storage.queues().nextNumber(), message("a"), 1, false, new int[] {7}, ""));
    storage.retained().put(message("r"));
    storage.flush();
    return storage;
  }

  private static Message message(String topic) {
    return new Message(
        topic, "hello".getBytes(StandardCharsets.UTF_8), 1, false, Message.Properties.NONE, 0, "p");
  }

  private int run(String... args) {
    out.reset();
    return StRmqtt.execute(
        new Surroundings(
            home,
            Map.of(),
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8)),
        (loaded, again) -> 0,
        config -> new TlsReport(List.of(), List.of()),
        (password, iterations, random) -> "",
        args);
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
