package io.strmqtt.session.kit;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Message;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuePage;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.SubscriptionRecord;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What the tests put into stores, and how they wait for it. */
final class Stored {
  private Stored() {}

  static Message message(String topic, String payload) {
    return new Message(
        topic,
        payload.getBytes(StandardCharsets.UTF_8),
        1,
        false,
        Message.Properties.NONE,
        1_000,
        "publisher");
  }

  static Message messageWithEverything() {
    return new Message(
        "a/ü/\uD83D\uDE00",
        new byte[] {0, 1, -1},
        2,
        true,
        new Message.Properties(
            1,
            4_294_967_295L,
            Optional.of("text/plain"),
            Optional.of("reply/to"),
            Optional.of(new byte[] {9, 8}),
            List.of(
                new Message.UserProperty("k", "v"),
                new Message.UserProperty("k", "w"),
                new Message.UserProperty("", ""))),
        1_700_000_000_123L,
        "the publisher");
  }

  static QueuedMessage queued(long number, Message message) {
    return new QueuedMessage(number, message, 1, false, new int[0], "");
  }

  static SessionRecord session(String clientId, long expiryInterval) {
    return new SessionRecord(
        clientId,
        "user of " + clientId,
        ProtocolVersion.MQTT_5,
        false,
        ClientEndpoint.direct(
            new InetSocketAddress("192.0.2.7", 40_000),
            new InetSocketAddress("127.0.0.1", 1883),
            "tcp"),
        false,
        60,
        expiryInterval,
        Instant.ofEpochMilli(1_000),
        Optional.empty(),
        Optional.empty());
  }

  static SubscriptionRecord subscription(String filter, int qos) {
    return new SubscriptionRecord(filter, qos, false, false, 0, 0);
  }

  static List<String> payloads(List<QueuedMessage> messages) {
    return messages.stream()
        .map(m -> new String(m.message().payload(), StandardCharsets.UTF_8))
        .toList();
  }

  /** Waits until what the calling thread has gathered since it last flushed is durable. */
  static void await(Storage storage) {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    storage.whenDurable(() -> durable.complete(null));
    durable.orTimeout(60, TimeUnit.SECONDS).join();
  }

  static List<QueuedMessage> read(MessageQueue queue, long behind, int most) {
    CompletableFuture<QueuePage> read = new CompletableFuture<>();
    queue.read(behind, most, read::complete);
    return read.orTimeout(60, TimeUnit.SECONDS).join().messages();
  }
}
