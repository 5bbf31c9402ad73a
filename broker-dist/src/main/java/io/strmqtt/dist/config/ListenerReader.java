package io.strmqtt.dist.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.strmqtt.transport.ListenerSettings;
import io.strmqtt.transport.ListenerSettings.ClientAuth;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The section {@code listener}. */
final class ListenerReader {
  private static final List<String> TYPES = List.of("tcp", "ssl", "ws", "wss");
  private static final String NAME = "[a-z0-9][a-z0-9_-]*";
  private static final String TYPE_EXPECTED = "one of " + String.join(", ", TYPES);

  private final Path home;
  private final ConfigObject defaults;
  private final Section listener;
  private final Findings findings;

  ListenerReader(Path home, ConfigObject defaults, Section listener, Findings findings) {
    this.home = home;
    this.defaults = defaults;
    this.listener = listener;
    this.findings = findings;
  }

  /** The enabled listeners. */
  List<ListenerSettings> read() {
    Optional<Boolean> proxyEnabled = listener.optionalBool("proxy_enabled");
    Section proxySection = listener.section("proxy");
    var inherited =
        new ListenerSettings.Proxy(
            proxyEnabled.orElse(false),
            proxyEnabled
                .map(on -> listener.origin("proxy_enabled"))
                .filter(origin -> !origin.equals(Origins.DEFAULT))
                .map(origin -> listener.path("proxy_enabled") + " (" + origin + ")")
                .orElse(Origins.DEFAULT),
            headerTimeout(proxySection),
            maxHeaderSize(proxySection));
    List<String> names = new ArrayList<>(TYPES);
    listener.openSections().stream().filter(name -> !TYPES.contains(name)).forEach(names::add);
    List<ListenerSettings> enabled = new ArrayList<>();
    for (String name : names) {
      one(name, inherited).ifPresent(enabled::add);
    }
    return enabled;
  }

  private Optional<ListenerSettings> one(String name, ListenerSettings.Proxy inherited) {
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

    boolean speaksTls = type.equals("ssl") || type.equals("wss");
    Optional<Boolean> said = section.optionalBool("enabled");
    Section tls = speaksTls ? section.section("tls") : section;
    boolean certificate = speaksTls && (tls.has("cert_file") || tls.has("key_file"));
    boolean enabled = said.orElse(!builtIn || !speaksTls || certificate);
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
    ListenerSettings.Proxy proxy = proxy(section, inherited);
    Optional<ListenerSettings.Tls> tlsSettings = Optional.empty();
    if (speaksTls) {
      tlsSettings = tls(name, tls, enabled, section);
    } else {
      section.refuse("tls", "no such section, because " + type + " does not speak TLS");
    }
    String path = "";
    if (type.startsWith("ws")) {
      path =
          section.text(
              "path",
              "a path such as /mqtt",
              text -> Optional.of(text).filter(p -> p.matches("/[^\\s?#]*")),
              "/mqtt");
    } else {
      section.refuse("path", "no path, because " + type + " does not speak HTTP");
    }
    if (!enabled || (speaksTls && tlsSettings.isEmpty())) {
      return Optional.empty();
    }
    return Optional.of(
        new ListenerSettings(
            name, type, new InetSocketAddress(address, port), proxy, tlsSettings, path));
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

  private ListenerSettings.Proxy proxy(Section section, ListenerSettings.Proxy inherited) {
    Optional<Boolean> own = section.optionalBool("proxy_enabled");
    if (own.isEmpty()) {
      String origin =
          inherited.origin().equals(Origins.DEFAULT)
              ? Origins.DEFAULT
              : "inherited: " + inherited.origin();
      findings.setting(section.path("proxy_enabled"), String.valueOf(inherited.enabled()), origin);
    }
    Duration headerTimeout = inherited.headerTimeout();
    int maxHeaderSize = inherited.maxHeaderSize();
    if (section.has("proxy")) {
      Section proxy = section.section("proxy");
      headerTimeout = proxy.has("header_timeout") ? headerTimeout(proxy) : headerTimeout;
      maxHeaderSize = proxy.has("max_header_size") ? maxHeaderSize(proxy) : maxHeaderSize;
    }
    return new ListenerSettings.Proxy(
        own.orElse(inherited.enabled()),
        own.isPresent()
            ? section.path("proxy_enabled") + " (" + section.origin("proxy_enabled") + ")"
            : inherited.origin(),
        headerTimeout,
        maxHeaderSize);
  }

  private static Duration headerTimeout(Section proxy) {
    return proxy.duration("header_timeout", Duration.ofSeconds(3), Duration.ofSeconds(30));
  }

  private static int maxHeaderSize(Section proxy) {
    return (int) proxy.size("max_header_size", 216, 65535);
  }

  private Optional<ListenerSettings.Tls> tls(
      String name, Section tls, boolean enabled, Section section) {
    Optional<Path> cert = file(tls, "cert_file", enabled);
    Optional<Path> key = file(tls, "key_file", enabled);
    final Optional<String> keyPassword = tls.optionalText("key_password");
    final List<String> protocols = tls.words("protocols", List.of("TLSv1.2", "TLSv1.3"));
    ClientAuth clientAuth =
        tls.text(
            "client_auth",
            "none, optional or required",
            text ->
                switch (text.trim().toLowerCase(Locale.ROOT)) {
                  case "none" -> Optional.of(ClientAuth.NONE);
                  case "optional" -> Optional.of(ClientAuth.OPTIONAL);
                  case "required" -> Optional.of(ClientAuth.REQUIRED);
                  default -> Optional.empty();
                },
            ClientAuth.NONE);
    Optional<Path> clientCa = file(tls, "client_ca_file", enabled);
    Duration handshakeTimeout =
        tls.duration("handshake_timeout", Duration.ofMillis(100), Duration.ofMinutes(5));

    if (enabled) {
      String because =
          section.has("enabled")
              ? section.origin("enabled")
              : tls.origin(cert.isEmpty() ? "key_file" : "cert_file");
      require(name, tls, "cert_file", "PEM_CERT", because);
      require(name, tls, "key_file", "PEM_KEY", because);
      if (clientAuth != ClientAuth.NONE && !tls.has("client_ca_file")) {
        findings.problem(
            tls.path("client_ca_file"),
            tls.origin("client_auth"),
            "a PEM file, because client_auth is " + clientAuth.name().toLowerCase(Locale.ROOT),
            "nothing");
      }
      if (clientAuth == ClientAuth.NONE && tls.has("client_ca_file")) {
        findings.warning(tls.path("client_ca_file") + " has no effect while client_auth is none");
      }
    }
    if (cert.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ListenerSettings.Tls(
            cert.get(),
            key.get(),
            keyPassword,
            protocols,
            clientAuth,
            clientAuth == ClientAuth.NONE ? Optional.empty() : clientCa,
            handshakeTimeout));
  }

  private void require(String name, Section tls, String key, String variable, String because) {
    if (!tls.has(key)) {
      String or =
          TYPES.contains(name)
              ? " (or the environment variable LISTENER_"
                  + name.toUpperCase(Locale.ROOT)
                  + "_"
                  + variable
                  + ")"
              : "";
      findings.problem(
          tls.path(key), because, "a PEM file, because the listener is enabled" + or, "nothing");
    }
  }

  private Optional<Path> file(Section tls, String key, boolean enabled) {
    Optional<Path> file = tls.optionalText(key).flatMap(text -> Paths.below(home, text));
    if (file.isPresent()
        && enabled
        && !(Files.isReadable(file.get()) && !Files.isDirectory(file.get()))) {
      tls.problem(key, "a readable file");
    }
    return file;
  }
}
