package io.strmqtt.admin;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Page;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxySsl;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.Reason;
import io.strmqtt.api.TlsInfo;
import io.strmqtt.api.admin.BrokerView;
import io.strmqtt.api.admin.ListenerView;
import io.strmqtt.api.admin.ProxyReject;
import io.strmqtt.api.admin.ProxyView;
import io.strmqtt.api.admin.SessionView;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.SubscriptionRecord;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedQuery;
import io.strmqtt.api.store.UnauthorizedRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A broker with the sessions it is told to have; everything else is fixed. */
final class FixedView implements BrokerView {
  static final ClientEndpoint PROXIED =
      new ClientEndpoint(
          new InetSocketAddress("203.0.113.7", 56324),
          new InetSocketAddress("10.0.0.5", 41022),
          new InetSocketAddress("192.0.2.1", 8883),
          "ssl",
          Optional.of(
              new ProxyHeader(ProxyHeader.Version.V2, ProxyHeader.Kind.PROXIED, new Announced())),
          Optional.of(new TlsInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256", Optional.of("CN=device"))));
  static final ClientEndpoint DIRECT =
      ClientEndpoint.direct(
          new InetSocketAddress("2001:db8::7", 4000), new InetSocketAddress("::1", 1883), "tcp");

  final NavigableMap<String, SessionView> sessions = new TreeMap<>();
  volatile boolean ready = true;
  volatile Optional<String> storeProblem = Optional.empty();
  volatile UnauthorizedQuery asked = new UnauthorizedQuery.MostRecent();
  volatile boolean broken;

  /** What a proxy that terminated TLS tells of a client. */
  private static final class Announced implements ProxyTlvs {
    @Override
    public Optional<byte[]> alpn() {
      return Optional.of(new byte[] {'m', 'q', 't', 't'});
    }

    @Override
    public Optional<String> authority() {
      return Optional.of("mqtt.example");
    }

    @Override
    public Optional<byte[]> uniqueId() {
      return Optional.of(new byte[] {0, (byte) 0xff});
    }

    @Override
    public Optional<ProxySsl> ssl() {
      return Optional.of(
          new ProxySsl(
              true,
              true,
              false,
              true,
              Optional.of("TLSv1.3"),
              Optional.of("TLS_AES_256_GCM_SHA384"),
              Optional.of("device-0042"),
              Optional.of("SHA256"),
              Optional.of("EC256"),
              Optional.empty(),
              Optional.empty(),
              Optional.empty()));
    }

    @Override
    public Optional<String> awsVpcEndpoint() {
      return Optional.of("vpce-1");
    }

    @Override
    public OptionalLong gcpConnection() {
      return OptionalLong.of(-1);
    }

    @Override
    public OptionalLong azureLink() {
      return OptionalLong.of(0xdeadbeefL);
    }
  }

  void add(String clientId) {
    sessions.put(
        clientId,
        new SessionView(
            new SessionRecord(
                clientId,
                "",
                ProtocolVersion.MQTT_3_1_1,
                false,
                DIRECT,
                true,
                0,
                SessionRecord.NEVER,
                Instant.ofEpochSecond(1_000_000_000),
                Optional.of(Instant.ofEpochSecond(1_000_000_001, 500_000_000)),
                Optional.of(Reason.KEEP_ALIVE_TIMEOUT)),
            List.of(),
            new SessionView.Counters(0, 0, 0, 0, 0, 0, 0)));
  }

  void addComplete(String clientId) {
    sessions.put(
        clientId,
        new SessionView(
            new SessionRecord(
                clientId,
                "ann",
                ProtocolVersion.MQTT_5,
                true,
                PROXIED,
                false,
                60,
                3600,
                Instant.ofEpochSecond(1_000_000_000),
                Optional.empty(),
                Optional.empty()),
            List.of(
                new SubscriptionRecord("a/+", 1, true, false, 2, 7),
                new SubscriptionRecord("b", 0, false, true, 0, 0)),
            new SessionView.Counters(1, 2, 3, 4, 5, 6, 7)));
  }

  @Override
  public String version() {
    return "0.1.0";
  }

  @Override
  public boolean ready() {
    return ready;
  }

  @Override
  public Optional<String> storeProblem() {
    return storeProblem;
  }

  @Override
  public Page<SessionView> sessions(Optional<String> cursor, int limit) {
    List<SessionView> behind =
        List.copyOf(
            cursor.map(id -> sessions.tailMap(number(id), false)).orElse(sessions).values());
    return behind.size() <= limit
        ? new Page<>(behind, Optional.empty())
        : new Page<>(
            behind.subList(0, limit),
            Optional.of("after-" + behind.get(limit - 1).session().clientId()));
  }

  private static String number(String cursor) {
    if (!cursor.startsWith("after-")) {
      throw new IllegalArgumentException("secret inside");
    }
    return cursor.substring("after-".length());
  }

  @Override
  public Optional<SessionView> session(String clientId) {
    return Optional.ofNullable(sessions.get(clientId));
  }

  @Override
  public CompletionStage<Boolean> deleteSession(String clientId) {
    return CompletableFuture.completedFuture(sessions.remove(clientId) != null);
  }

  @Override
  public Page<UnauthorizedRecord> unauthorized(
      UnauthorizedQuery query, Optional<String> cursor, int limit) {
    asked = query;
    UnauthorizedAttempt known =
        new UnauthorizedAttempt(
            Optional.of("c"),
            PROXIED,
            Optional.of("ann"),
            true,
            true,
            Reason.BAD_CREDENTIALS,
            Instant.ofEpochSecond(3));
    UnauthorizedAttempt unknown =
        new UnauthorizedAttempt(
            Optional.empty(),
            DIRECT,
            Optional.empty(),
            false,
            false,
            Reason.CONNECT_TIMEOUT,
            Instant.ofEpochSecond(2));
    return new Page<>(
        List.of(
            new UnauthorizedRecord(
                known,
                Instant.ofEpochSecond(1),
                Instant.ofEpochSecond(3),
                9,
                Map.of(Reason.NO_CREDENTIALS, 1L, Reason.BAD_CREDENTIALS, 8L),
                Optional.of(Instant.ofEpochSecond(4)),
                0),
            new UnauthorizedRecord(
                unknown,
                Instant.ofEpochSecond(2),
                Instant.ofEpochSecond(2),
                1,
                Map.of(Reason.CONNECT_TIMEOUT, 1L),
                Optional.empty(),
                7)),
        Optional.of("more"));
  }

  @Override
  public List<ListenerView> listeners() {
    return List.of(
        new ListenerView(
            "tcp",
            "tcp",
            new InetSocketAddress("0.0.0.0", 1883),
            true,
            "required",
            List.of("10.0.0.0/8", "2001:db8::/32"),
            List.of(),
            "listener.tcp.proxy_enabled (environment MQTT_TCP_PROXY_PROTOCOL_ENABLED)",
            3,
            12));
  }

  @Override
  public List<ProxyView> proxies() {
    ProxyView.Policy policy =
        new ProxyView.Policy(
            "observe",
            List.of("10.0.0.0/8"),
            List.of("10.9.0.0/16"),
            List.of(ProxyHeader.Version.V1, ProxyHeader.Version.V2),
            Duration.ofSeconds(5),
            4096,
            20_000,
            1024,
            "verify",
            "cn",
            "listener.tcp.proxy_enabled (/etc/st-rmqtt.conf:3)");
    ProxyView observing =
        new ProxyView(
            "tcp",
            policy,
            List.of(
                new ProxyView.Headers(ProxyHeader.Version.V1, ProxyHeader.Kind.PROXIED, 19_999),
                new ProxyView.Headers(ProxyHeader.Version.V2, ProxyHeader.Kind.LOCAL, 2)),
            1,
            Map.of(Reason.TRUNCATED, 2L, Reason.NO_HEADER_MQTT, 3L),
            4,
            5,
            new ProxyView.Histogram(
                List.of(
                    new ProxyView.Bucket(Optional.of(Duration.ofMillis(1)), 20_000),
                    new ProxyView.Bucket(Optional.empty(), 1)),
                Duration.ofMillis(1234)),
            Optional.of(
                new ProxyView.Observation(
                    false, "1 of 7", 7, 1, 6, List.of(DIRECT.peer().getAddress()))),
            Optional.empty());
    ProxyView off =
        new ProxyView(
            "ws",
            policy,
            List.of(),
            0,
            Map.of(),
            0,
            0,
            new ProxyView.Histogram(List.of(), Duration.ZERO),
            Optional.empty(),
            Optional.of(
                new ProxyView.Forwarded(true, "x-forwarded-for", List.of("10.0.0.6"), 1, 2, 3, 4)));
    return List.of(observing, off);
  }

  @Override
  public List<ProxyReject> proxyRejects() {
    return List.of(
        new ProxyReject(
            Instant.ofEpochSecond(4),
            DIRECT,
            Reason.NO_HEADER_MQTT,
            "101a",
            "an MQTT CONNECT",
            "first byte",
            "say \"no\""));
  }

  @Override
  public Map<Reason, Long> reasons() {
    return Map.of(Reason.TAKEN_OVER, 2L, Reason.BAD_V1, 1L);
  }

  @Override
  public Map<String, Long> counters() {
    if (broken) {
      throw new IllegalStateException("secret inside");
    }
    return Map.of("sessions", 4L, "connections", 3L);
  }
}
