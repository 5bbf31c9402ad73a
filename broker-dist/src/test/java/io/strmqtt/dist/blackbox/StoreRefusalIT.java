package io.strmqtt.dist.blackbox;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A store that cannot be used: the broker does not start, and says what is wrong and what to do.
 */
@Timeout(120)
class StoreRefusalIT {
  private static final String ROCKSDB = "storage.provider = \"rocksdb\"";
  private static final int FAILURE = 1;

  @Test
  void aStoreThatAnotherBrokerHasOpen() {
    try (BrokerProcess first = BrokerProcess.start(ROCKSDB)) {
      assertThat(refusal(first)).contains("rocksdb is in use by another process", "data_dir");
      // And the first is none the worse.
      keepSession(first, "afterwards");
    }
  }

  @Test
  void aStoreOfANewerFormat() throws IOException {
    BrokerProcess broker = BrokerProcess.start(ROCKSDB);
    keepSession(broker, "keeper");
    broker.close();
    Files.writeString(folder(broker).resolve("FORMAT"), "99\n");
    assertThat(refusal(broker)).contains("has format 99", "newer version", "data_dir");
  }

  @Test
  void aStoreWithoutItsFileOfTheFormat() throws IOException {
    BrokerProcess broker = BrokerProcess.start(ROCKSDB);
    broker.close();
    Files.delete(folder(broker).resolve("FORMAT"));
    assertThat(refusal(broker)).contains("has no file FORMAT");
  }

  @Test
  void aStoreThatLostATable() throws IOException {
    BrokerProcess broker = filled();
    Files.delete(files(broker, ".sst").getFirst());
    assertThat(refusal(broker)).contains("is damaged", "st-rmqtt store check", "backup");
  }

  @Test
  void aStoreWithATableOfGarbage() throws IOException {
    BrokerProcess broker = filled();
    for (Path table : files(broker, ".sst")) {
      overwrite(table);
    }
    assertThat(refusal(broker)).contains("is damaged", "st-rmqtt store check", "backup");
  }

  @Test
  void aStoreWhoseManifestIsGarbage() throws IOException {
    BrokerProcess broker = filled();
    for (Path manifest : files(broker, "")) {
      if (manifest.getFileName().toString().startsWith("MANIFEST")) {
        overwrite(manifest);
      }
    }
    assertThat(refusal(broker)).contains("is damaged", "backup");
  }

  @Test
  void aFolderThatIsAFile() throws IOException {
    BrokerProcess broker = BrokerProcess.start(ROCKSDB);
    broker.close();
    Path folder = folder(broker);
    Files.move(folder, folder.resolveSibling("moved"));
    Files.writeString(folder, "");
    assertThat(refusal(broker)).contains("cannot be opened", "writable", "data_dir");
  }

  /** A stopped broker whose store has sessions in table files: a restart writes what was logged. */
  private static BrokerProcess filled() {
    BrokerProcess broker = BrokerProcess.start(ROCKSDB);
    for (int i = 0; i < 50; i++) {
      keepSession(broker, "client-" + i);
    }
    broker.close();
    BrokerProcess again = broker.another();
    again.awaitReady();
    again.close();
    return again;
  }

  private static void keepSession(BrokerProcess broker, String clientId) {
    try (RawClient client = RawClient.open(broker.port("tcp"), MqttVersion.V5)) {
      Properties hour = Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, 3600).build();
      assertThat(client.connect(clientId, true, hour).code()).isEqualTo(ReasonCode.SUCCESS);
    }
  }

  private static Path folder(BrokerProcess broker) {
    return broker.folder().resolve("data/rocksdb");
  }

  private static List<Path> files(BrokerProcess broker, String suffix) throws IOException {
    try (Stream<Path> all = Files.list(folder(broker).resolve("db"))) {
      List<Path> found = all.filter(path -> path.toString().endsWith(suffix)).sorted().toList();
      assertThat(found).isNotEmpty();
      return found;
    }
  }

  private static void overwrite(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long size = channel.size();
      channel.write(ByteBuffer.wrap("garbage ".repeat((int) size / 8).getBytes(US_ASCII)), 0);
    }
  }

  /** What another broker on the same data says as it fails: one line, without a stack trace. */
  private static String refusal(BrokerProcess broker) {
    BrokerProcess other = broker.another();
    int code = other.exitCode();
    List<String> log = other.log();
    assertThat(code).as(String.join("\n", log)).isEqualTo(FAILURE);
    assertThat(log).noneMatch(line -> line.contains("event=ready"));
    assertThat(log).noneMatch(line -> line.stripLeading().startsWith("at "));
    return other.awaitLog("event=start_failed");
  }
}
