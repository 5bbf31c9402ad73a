package io.strmqtt.dist.config;

import com.typesafe.config.ConfigObject;
import io.strmqtt.api.store.Durability;
import io.strmqtt.core.Limits;
import io.strmqtt.proxy.CidrSet;
import io.strmqtt.transport.ListenerSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The whole file, section by section. */
final class BrokerReader {
  private static final String USER = "user:";
  private static final long FOR_EVER = 0xFFFF_FFFFL;
  private static final long LARGEST_PACKET = 268_435_460;
  private static final Duration LEAST_PATIENCE = Duration.ofMillis(100);
  private static final Duration MOST_PATIENCE = Duration.ofHours(1);

  private final Path home;
  private final ConfigObject defaults;
  private final Section root;
  private final Findings findings;
  private final long maxHeapBytes;

  BrokerReader(
      Path home, ConfigObject defaults, Section root, Findings findings, long maxHeapBytes) {
    this.home = home;
    this.defaults = defaults;
    this.root = root;
    this.findings = findings;
    this.maxHeapBytes = maxHeapBytes;
  }

  /** Meaningful only if it left no problem in the findings. */
  BrokerConfig read() {
    Path dataDir =
        root.text(
            "data_dir",
            "a folder",
            text -> text.isEmpty() ? Optional.empty() : Paths.below(home, text),
            home);
    BrokerConfig.Authentication authentication = authentication(root.section("authentication"));
    Section listener = root.section("listener");
    List<ListenerSettings> configured =
        new ListenerReader(
                home,
                defaults.toConfig().getObject("listener"),
                listener,
                findings,
                authentication.loopbackOnly())
            .read();
    BrokerConfig.Admin admin = admin(root.section("admin"));
    Chosen authorizer = chosen(root.section("authorization"), "authorizer");
    Section storageSection = root.section("storage");
    Chosen storage = chosen(storageSection, "provider");
    if (storage.name().isEmpty()) {
      storageSection.problem("provider", "the name of a storage provider");
    }
    Durability durability = storageSection.oneOf("durability", List.of(Durability.values()));
    Duration maxCommitDelay =
        storageSection.duration("max_commit_delay", Duration.ZERO, Duration.ofSeconds(1));
    Section mqtt = root.section("mqtt");
    Limits limits = limits(mqtt);
    BrokerConfig.Sys sys = sys(mqtt, authentication.authenticator().isPresent());
    root.reportUnknown();

    List<ListenerSettings> listeners =
        authentication.loopbackOnly() ? onLoopback(configured) : configured;
    if (listeners.isEmpty() && findings.problems().isEmpty()) {
      findings.problem(
          "listener", root.origin("listener"), "at least one enabled listener", "none");
    }
    checkCollisions(listeners, admin);
    warnOfTrust(listeners);
    return new BrokerConfig(
        home,
        dataDir,
        List.copyOf(listeners),
        admin,
        authentication,
        new BrokerConfig.Authorization(authorizer.name(), authorizer.settings()),
        new BrokerConfig.Storage(
            storage.name().orElse(""), durability, maxCommitDelay, storage.settings()),
        limits,
        sys);
  }

  private static BrokerConfig.Admin admin(Section admin) {
    return new BrokerConfig.Admin(
        admin.bool("enabled"),
        new InetSocketAddress(
            admin.text(
                "bind_address",
                "a loopback address, because the API has no logins yet",
                text -> BindAddress.parse(text).filter(InetAddress::isLoopbackAddress),
                InetAddress.getLoopbackAddress()),
            admin.integer("bind_port", 0, 65535)));
  }

  private BrokerConfig.Authentication authentication(Section section) {
    boolean allowAnonymous = section.bool("allow_anonymous");
    List<BrokerConfig.Enhanced> enhanced =
        section
            .texts(
                "enhanced",
                "a list of providers, their names made of a-z, 0-9 and -",
                name -> isName(name) || name.isEmpty() ? Optional.empty() : Optional.of(name))
            .stream()
            .filter(name -> !name.isEmpty())
            .distinct()
            .map(name -> new BrokerConfig.Enhanced(name, section.plain(name)))
            .toList();
    Chosen chosen = chosen(section, "authenticator");
    return new BrokerConfig.Authentication(
        allowAnonymous, chosen.name(), chosen.settings(), enhanced);
  }

  private static boolean isName(String text) {
    return text.matches("[a-z0-9-]+");
  }

  private record Chosen(Optional<String> name, Map<String, Object> settings) {}

  /**
   * A provider chosen by name, and its section. The other sections of the kind stay unread: they
   * may belong to plugins, and switching between two providers must not mean deleting one's
   * settings.
   */
  private Chosen chosen(Section section, String key) {
    Optional<String> name = section.optionalText(key);
    if (name.isPresent() && !isName(name.get())) {
      section.problem(key, "the name of a provider, made of a-z, 0-9 and -");
    }
    Map<String, Object> settings = name.map(section::plain).orElse(Map.of());
    for (String other : section.openSections()) {
      section.plain(other);
      if (!section.isDefault(other)) {
        findings.warning(
            section.path(other)
                + " ("
                + section.origin(other)
                + ") has no effect while "
                + section.path(key)
                + " is "
                + name.map(n -> "\"" + n + "\"").orElse("not set"));
      }
    }
    return new Chosen(name, settings);
  }

  private Limits limits(Section mqtt) {
    long maxPacketSize = mqtt.size("max_packet_size", 128, LARGEST_PACKET);
    return new Limits(
        mqtt.integer("max_connections", 1, Integer.MAX_VALUE),
        mqtt.integer("max_pending_connections", 1, Integer.MAX_VALUE),
        mqtt.integer("max_sessions", 1, Integer.MAX_VALUE),
        mqtt.duration("connect_timeout", LEAST_PATIENCE, MOST_PATIENCE),
        (int) Math.min(maxPacketSize, mqtt.size("max_connect_size", 128, LARGEST_PACKET)),
        (int) maxPacketSize,
        mqtt.integer("max_qos", 0, 2),
        mqtt.integer("receive_maximum", 1, 65535),
        mqtt.integer("max_in_flight", 1, 65535),
        mqtt.integer("max_queued_messages", 1, Integer.MAX_VALUE),
        mqtt.size("max_queued_bytes", 64 << 10, 1L << 40),
        mqtt.size(
            "max_pending_bytes",
            "auto, or ",
            text ->
                text.equalsIgnoreCase("auto") ? Optional.of(maxHeapBytes / 8) : Optional.empty(),
            1 << 20,
            1L << 40),
        mqtt.integer("topic_alias_maximum", 0, 65535),
        mqtt.integer("max_topic_levels", 1, 1000),
        mqtt.integer("max_subscriptions", 1, Integer.MAX_VALUE),
        mqtt.seconds(
            "max_session_expiry",
            "never, or ",
            text -> text.equalsIgnoreCase("never") ? Optional.of(FOR_EVER) : Optional.empty(),
            FOR_EVER),
        (int) mqtt.seconds("max_keep_alive", "", text -> Optional.empty(), 65535),
        mqtt.bool("retain_available"),
        mqtt.bool("wildcard_available"),
        mqtt.bool("shared_available"),
        mqtt.duration("write_timeout", LEAST_PATIENCE, MOST_PATIENCE),
        mqtt.integer("max_filters_per_packet", 1, Integer.MAX_VALUE),
        mqtt.bool("subscription_identifier_available"),
        mqtt.bool("allow_empty_client_id"),
        mqtt.integer("outbound_topic_aliases", 0, 65535),
        mqtt.bool("validate_payload_format"),
        mqtt.optionalText("response_information").orElse(""),
        mqtt.oneOf("queue_full", List.of(QueueFull.values())) == QueueFull.DROP_OLDEST,
        mqtt.integer("max_user_properties", 0, 65535),
        (int) mqtt.size("max_topic_alias_bytes", 1 << 10, 1 << 30),
        (int) mqtt.size("max_subscription_bytes", 1 << 10, 1 << 30));
  }

  private enum QueueFull {
    DROP_NEWEST,
    DROP_OLDEST
  }

  /**
   * @param namesAreTrue whether somebody verifies user names; else everyone could claim one
   */
  private BrokerConfig.Sys sys(Section mqtt, boolean namesAreTrue) {
    List<String> readers =
        mqtt.texts(
            "sys_allowed",
            "networks, addresses, or user:NAME",
            text ->
                text.startsWith(USER)
                    ? Optional.of(text).filter(USER::equals)
                    : CidrSet.flaw(text));
    Set<String> users =
        readers.stream()
            .filter(text -> text.startsWith(USER))
            .map(text -> text.substring(USER.length()))
            .collect(Collectors.toUnmodifiableSet());
    if (!users.isEmpty() && !namesAreTrue) {
      findings.warning(
          "mqtt.sys_allowed: user names have no effect while authentication.authenticator is not"
              + " set, because clients may claim any");
    }
    return new BrokerConfig.Sys(
        Duration.ofSeconds(mqtt.seconds("sys_interval", "", text -> Optional.empty(), 3600)),
        CidrSet.of(readers.stream().filter(text -> !text.startsWith(USER)).toList()),
        namesAreTrue ? users : Set.of());
  }

  private List<ListenerSettings> onLoopback(List<ListenerSettings> configured) {
    List<ListenerSettings> bound = new ArrayList<>();
    List<String> moved = new ArrayList<>();
    for (ListenerSettings listener : configured) {
      if (listener.bind().getAddress().isLoopbackAddress()) {
        bound.add(listener);
      } else {
        moved.add(listener.name());
        bound.add(
            new ListenerSettings(
                listener.name(),
                listener.type(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.bind().getPort()),
                listener.proxy(),
                listener.tls(),
                listener.path(),
                listener.forwarded(),
                listener.allowedOrigins()));
      }
    }
    if (!moved.isEmpty()) {
      findings.warning(
          "no authentication is configured: "
              + String.join(", ", moved)
              + " bound to loopback only; choose authentication.authenticator, or say"
              + " authentication.allow_anonymous = true");
    }
    return bound;
  }

  private void checkCollisions(List<ListenerSettings> listeners, BrokerConfig.Admin admin) {
    Map<String, InetSocketAddress> taken = new HashMap<>();
    if (admin.enabled()) {
      taken.put("admin", admin.bind());
    }
    for (ListenerSettings listener : listeners) {
      String path = "listener." + listener.name();
      InetSocketAddress bind = listener.bind();
      taken.entrySet().stream()
          .filter(
              other ->
                  bind.getPort() != 0
                      && other.getValue().getPort() == bind.getPort()
                      && BindAddress.collide(other.getValue().getAddress(), bind.getAddress()))
          .map(Map.Entry::getKey)
          .sorted()
          .findFirst()
          .ifPresent(
              other ->
                  findings.problem(
                      path + ".bind_port",
                      findings.origin(path + ".bind_port"),
                      "an address and port of its own",
                      bind.getAddress().getHostAddress()
                          + ":"
                          + bind.getPort()
                          + ", which "
                          + other
                          + " uses too"));
      taken.put(path, bind);
    }
  }

  private void warnOfTrust(List<ListenerSettings> listeners) {
    for (ListenerSettings listener : listeners) {
      if (listener.proxy().enabled()
          && listener.proxy().policy().trusted().isEmpty()
          && !listener.bind().getAddress().isLoopbackAddress()) {
        findings.warning(
            "listener."
                + listener.name()
                + " believes the PROXY header of whoever connects: let only the load balancer reach port "
                + listener.bind().getPort()
                + ", and list it in listener.proxy.trusted_proxies");
      }
    }
  }
}
