package io.strmqtt.dist.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.strmqtt.proxy.ForwardedPolicy;
import io.strmqtt.proxy.ProxyPolicy;
import io.strmqtt.transport.AllowedOrigins;
import io.strmqtt.transport.ListenerSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The section {@code listener}. */
final class ListenerReader {
  static final List<String> TYPES = List.of("tcp", "ssl", "ws", "wss");
  private static final String NAME = "[a-z0-9][a-z0-9_-]*";
  private static final String TYPE_EXPECTED = "one of " + String.join(", ", TYPES);

  private final Path home;
  private final ConfigObject defaults;
  private final Section listener;
  private final Findings findings;
  private final boolean anonymous;

  /**
   * @param anonymous whether nobody said who may connect, so that everyone on this machine may
   */
  ListenerReader(
      Path home, ConfigObject defaults, Section listener, Findings findings, boolean anonymous) {
    this.home = home;
    this.defaults = defaults;
    this.listener = listener;
    this.findings = findings;
    this.anonymous = anonymous;
  }

  /** The enabled listeners. */
  List<ListenerSettings> read() {
    Optional<Boolean> proxyEnabled = listener.optionalBool("proxy_enabled");
    ProxyReader policies = new ProxyReader(listener.section("proxy"), findings);
    var inherited =
        new Inherited(
            proxyEnabled.orElse(false),
            policies,
            proxyEnabled
                .map(on -> listener.origin("proxy_enabled"))
                .filter(origin -> !origin.equals(Origins.DEFAULT))
                .map(origin -> listener.path("proxy_enabled") + " (" + origin + ")")
                .orElse(Origins.DEFAULT));
    List<String> names = new ArrayList<>(TYPES);
    listener.openSections().stream().filter(name -> !TYPES.contains(name)).forEach(names::add);
    List<ListenerSettings> enabled = new ArrayList<>();
    for (String name : names) {
      one(name, inherited).ifPresent(enabled::add);
    }
    return enabled;
  }

  /**
   * What a listener does about the PROXY protocol unless it says otherwise.
   *
   * @param origin what decided {@code enabled}
   */
  private record Inherited(boolean enabled, ProxyReader policies, String origin) {}

  private Optional<ListenerSettings> one(String name, Inherited inherited) {
    Optional<String> declared = declaredType(name);
    if (declared.isEmpty()) {
      undeclared(name);
      return Optional.empty();
    }
    String type = declared.get();
    boolean builtIn = TYPES.contains(name);
    Section section = listener.section(name, template(type, builtIn));
    if (!name.matches(NAME)) {
      findings.problem(
          section.path("type"),
          section.origin("type"),
          "a listener named " + NAME,
          "\"" + name + "\"");
    }
    section.optional(
        "type",
        builtIn ? name + ", as the name says" : TYPE_EXPECTED,
        text -> Optional.of(text).filter(type::equals));

    Optional<Section> tls =
        type.equals("ssl") || type.equals("wss")
            ? Optional.of(section.section("tls"))
            : Optional.empty();
    boolean enabled =
        section
            .optionalBool("enabled")
            .orElse(!builtIn || tls.isEmpty() || TlsReader.hasCertificate(tls.get()));
    if (!section.has("enabled")) {
      findings.setting(section.path("enabled"), String.valueOf(enabled), Origins.DEFAULT);
    }
    InetAddress address =
        section.text(
            "bind_address",
            "an IP address or localhost",
            BindAddress::parse,
            InetAddress.getLoopbackAddress());
    int port = section.integer("bind_port", 0, 65535);
    ListenerSettings.Proxy proxy = proxy(section, inherited, enabled);
    Optional<ListenerSettings.Tls> tlsSettings =
        tls.flatMap(below -> new TlsReader(home, section, below, findings).read(name, enabled));
    if (tls.isEmpty()) {
      section.refuse("tls", "no such section, because " + type + " does not speak TLS");
    }
    String path = path(section, type);
    AllowedOrigins origins = allowedOrigins(section, type, enabled);
    Optional<ForwardedPolicy> forwarded =
        type.equals("ws") || type.equals("wss")
            ? Optional.of(new ForwardedReader(section.section("forwarded"), findings).read(enabled))
            : Optional.empty();
    if (!enabled || tls.isPresent() != tlsSettings.isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        new ListenerSettings(
            name,
            type,
            new InetSocketAddress(address, port),
            proxy,
            tlsSettings,
            path,
            forwarded,
            origins));
  }

  private static String path(Section section, String type) {
    if (type.equals("ws") || type.equals("wss")) {
      return section.text(
          "path",
          "a path such as /mqtt",
          text -> Optional.of(text).filter(path -> path.matches("/[^\\s?#]*")),
          "/mqtt");
    }
    section.refuse("path", "no path, because " + type + " does not speak HTTP");
    return "";
  }

  /**
   * Unless said, everyone's, since pages have to know a password; where none is asked for, pages of
   * this machine: a browser lets those of any site connect to it.
   */
  private AllowedOrigins allowedOrigins(Section section, String type, boolean open) {
    String key = "allowed_origins";
    if (!type.equals("ws") && !type.equals("wss")) {
      section.refuse(key, "no origins, because " + type + " does not speak HTTP");
      return AllowedOrigins.ANY;
    }
    if (!section.has(key)) {
      findings.setting(
          section.path(key), anonymous ? "[\"loopback\"]" : "[\"*\"]", Origins.DEFAULT);
      return anonymous ? AllowedOrigins.LOOPBACK : AllowedOrigins.ANY;
    }
    AllowedOrigins origins =
        AllowedOrigins.of(
            section.texts(
                key,
                "origins such as https://app.example or http://app.example:8080, without a path;"
                    + " loopback for pages of this machine; or * for any",
                AllowedOrigins::flaw));
    if (anonymous && open && origins.any()) {
      findings.warning(
          section.path(key)
              + " holds everyone, and no authentication is configured: a page of any site can use"
              + " the browsers of this machine to connect");
    }
    return origins;
  }

  private Optional<String> declaredType(String name) {
    if (TYPES.contains(name)) {
      return Optional.of(name);
    }
    ConfigValue type = listener.object(name).get("type");
    return Optional.ofNullable(type)
        .map(value -> String.valueOf(value.unwrapped()))
        .filter(TYPES::contains);
  }

  /** A section that is no known transport: a mistyped name more often than a forgotten type. */
  private void undeclared(String name) {
    Section section = listener.section(name);
    section.refuseNothing();
    String hint =
        section.has("type")
            ? ""
            : Spelling.nearest(name, TYPES)
                .map(near -> " (or did you mean listener." + near + "?)")
                .orElse("");
    section.problem("type", TYPE_EXPECTED + hint);
  }

  /** What a listener of this type need not say; one of the operator's own always says its port. */
  private ConfigObject template(String type, boolean builtIn) {
    ConfigObject template = defaults.toConfig().getObject(type);
    return builtIn ? template : template.withoutKey("bind_port").withoutKey("enabled");
  }

  private ListenerSettings.Proxy proxy(Section section, Inherited inherited, boolean open) {
    Optional<Boolean> own = section.optionalBool("proxy_enabled");
    if (own.isEmpty()) {
      String origin =
          inherited.origin().equals(Origins.DEFAULT)
              ? Origins.DEFAULT
              : "inherited: " + inherited.origin();
      findings.setting(section.path("proxy_enabled"), String.valueOf(inherited.enabled()), origin);
    }
    Optional<Section> below =
        section.has("proxy") ? Optional.of(section.section("proxy")) : Optional.empty();
    ProxyPolicy policy =
        below.map(inherited.policies()::of).orElseGet(inherited.policies()::inherited);
    boolean enabled = own.orElse(inherited.enabled());
    if (enabled && open) {
      inherited.policies().check(below, policy);
    }
    return new ListenerSettings.Proxy(
        enabled ? policy : policy.withMode(ProxyPolicy.Mode.OFF),
        own.isPresent()
            ? section.path("proxy_enabled") + " (" + section.origin("proxy_enabled") + ")"
            : inherited.origin());
  }
}
