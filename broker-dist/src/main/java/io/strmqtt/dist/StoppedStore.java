package io.strmqtt.dist;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Message;
import io.strmqtt.api.store.QueuePage;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.RetainedWalk;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageException;
import io.strmqtt.api.store.StoredSession;
import io.strmqtt.api.store.StoredSession.Handshake;
import io.strmqtt.api.store.StoredSession.Sent;
import io.strmqtt.api.store.SubscriptionRecord;
import io.strmqtt.dist.config.BrokerConfig;
import io.strmqtt.dist.plugin.Providers;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The configured store, while no broker has it open. */
public final class StoppedStore {
  private static final int READ_SECONDS = 30;
  private static final int AT_A_TIME = 100;

  private final BrokerConfig config;

  public StoppedStore(BrokerConfig config) {
    this.config = config;
  }

  /**
   * Reads everything; as {@link io.strmqtt.api.store.StorageProvider#check}.
   *
   * @param findings is told of each row that is damaged
   * @return how many rows there are
   * @throws StorageException if the store cannot be read at all
   */
  public long check(Consumer<String> findings) {
    return parts().checkStorage(findings);
  }

  /**
   * Counts by name.
   *
   * @throws StorageException if the store cannot be opened
   */
  public Map<String, Long> statistics() {
    Map<String, Long> counts = new TreeMap<>();
    try (Storage storage = parts().storage()) {
      storage
          .sessions()
          .restore(
              session -> {
                counts.merge("sessions", 1L, Long::sum);
                counts.merge("subscriptions", (long) session.subscriptions().size(), Long::sum);
                counts.merge("wills", session.will().isPresent() ? 1L : 0, Long::sum);
                counts.merge("queued_messages", session.messages(), Long::sum);
                counts.merge("queued_bytes", session.bytes(), Long::sum);
              });
      counts.putIfAbsent("sessions", 0L);
      counts.put("retained_messages", storage.retained().size());
      counts.put("unauthorized_records", storage.unauthorized().size());
      counts.putAll(storage.statistics());
    }
    return counts;
  }

  /**
   * Hands over everything but refused attempts, each as one line of JSON.
   *
   * @throws StorageException if the store cannot be opened
   */
  public void export(Consumer<String> lines) {
    try (Storage storage = parts().storage()) {
      List<StoredSession> sessions = new ArrayList<>();
      storage.sessions().restore(sessions::add);
      sessions.forEach(session -> export(session, lines));
      export(storage.retained(), "#", lines);
      export(storage.retained(), "$SYS/#", lines);
    }
  }

  private static void export(RetainedStore retained, String filter, Consumer<String> lines) {
    BlockingQueue<Runnable> read = new LinkedBlockingQueue<>();
    RetainedWalk[] walk = new RetainedWalk[1];
    Runnable walkOn =
        () -> {
          while (!walk[0].isOver() && !walk[0].isReading()) {
            Message message = walk[0].next(1000);
            if (message != null) {
              lines.accept(body(new JsonLine("retained"), message).end());
            }
          }
        };
    walk[0] = retained.match(filter, read::add, walkOn);
    walkOn.run();
    while (!walk[0].isOver()) {
      next(read).run();
    }
  }

  private static Runnable next(BlockingQueue<Runnable> read) {
    try {
      Runnable next = read.poll(READ_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new StorageException(
            "a retained message could not be read in " + READ_SECONDS + " seconds");
      }
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted");
    }
  }

  private static void export(StoredSession stored, Consumer<String> lines) {
    SessionRecord session = stored.session();
    String clientId = session.clientId();
    lines.accept(
        new JsonLine("session")
            .with("clientId", clientId)
            .with("username", session.username())
            .with("version", session.version().label())
            .with("client", ClientEndpoint.text(session.endpoint().client()))
            .with("peer", ClientEndpoint.text(session.endpoint().peer()))
            .with("listener", session.endpoint().listener())
            .with("keepAlive", session.keepAlive())
            .with("expiryInterval", session.expiryInterval())
            .with("connectedAt", session.connectedAt().toString())
            .with("disconnectedAt", session.disconnectedAt().map(Object::toString))
            .end());
    for (SubscriptionRecord subscription : stored.subscriptions()) {
      lines.accept(
          new JsonLine("subscription")
              .with("clientId", clientId)
              .with("filter", subscription.filter())
              .with("qos", subscription.qos())
              .with("noLocal", subscription.noLocal())
              .with("retainAsPublished", subscription.retainAsPublished())
              .with("retainHandling", subscription.retainHandling())
              .with("identifier", subscription.identifier())
              .end());
    }
    stored
        .will()
        .ifPresent(
            will ->
                lines.accept(
                    body(
                            new JsonLine("will")
                                .with("clientId", clientId)
                                .with("delay", will.delay()),
                            will.message())
                        .end()));
    for (Handshake handshake : stored.inFlight()) {
      lines.accept(
          new JsonLine("inFlight")
              .with("clientId", clientId)
              .with("number", handshake.number())
              .with("packetId", handshake.packetId())
              .with("released", handshake.released())
              .end());
    }
    for (Sent sent : stored.sent()) {
      lines.accept(
          new JsonLine("sent")
              .with("clientId", clientId)
              .with("number", sent.number())
              .with("packetId", sent.packetId())
              .end());
    }
    for (int packetId : stored.received()) {
      lines.accept(
          new JsonLine("received").with("clientId", clientId).with("packetId", packetId).end());
    }
    long behind = 0;
    QueuePage page;
    do {
      CompletableFuture<QueuePage> read = new CompletableFuture<>();
      stored.queue().read(behind, AT_A_TIME, read::complete);
      page = read.join();
      for (QueuedMessage message : page.messages()) {
        lines.accept(queued(clientId, message));
        behind = message.number();
      }
      if (page.behind() == QueuePage.Behind.UNREADABLE) {
        throw new StorageException("messages of the session " + clientId + " cannot be read");
      }
    } while (page.behind() == QueuePage.Behind.MORE);
  }

  private static String queued(String clientId, QueuedMessage queued) {
    JsonLine line =
        new JsonLine("message")
            .with("clientId", clientId)
            .with("number", queued.number())
            .with("deliveryQos", queued.qos())
            .with("deliveryRetain", queued.retain())
            .with("identifiers", IntStream.of(queued.identifiers()).boxed().toList())
            .with("shared", Optional.of(queued.shared()).filter(filter -> !filter.isEmpty()));
    return body(line, queued.message()).end();
  }

  private static JsonLine body(JsonLine line, Message message) {
    Message.Properties properties = message.properties();
    return line.with("topic", message.topic())
        .with("payload", Base64.getEncoder().encodeToString(message.payload()))
        .with("qos", message.qos())
        .with("retain", message.retain())
        .with("publishedAt", message.publishedAt())
        .with("publisher", message.publisher())
        .with(
            "payloadFormat", Optional.of(properties.payloadFormat()).filter(format -> format >= 0))
        .with(
            "messageExpiryInterval",
            Optional.of(properties.expiryInterval()).filter(interval -> interval >= 0))
        .with("contentType", properties.contentType())
        .with("responseTopic", properties.responseTopic())
        .with(
            "correlationData",
            properties.correlationData().map(Base64.getEncoder()::encodeToString))
        .with(
            "userProperties",
            properties.userProperties().stream().map(p -> List.of(p.name(), p.value())).toList());
  }

  private Parts parts() {
    return new Parts(config, Providers.load(config.home().resolve("plugins")));
  }
}
