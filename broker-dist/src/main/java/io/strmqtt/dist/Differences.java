package io.strmqtt.dist;

import io.strmqtt.dist.config.BrokerConfig;
import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.dist.config.Setting;
import io.strmqtt.proxy.ForwardedPolicy;
import io.strmqtt.proxy.ProxyPolicy;
import io.strmqtt.transport.ListenerSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What one configuration says otherwise than another, for people. */
final class Differences {
  private static final Pattern RELOADABLE =
      Pattern.compile("listener\\.([^.]+\\.)?(proxy_enabled|proxy\\..+|forwarded\\..+)");

  private Differences() {}

  /** What changes for new connections of an open listener: {@code key: before -> after}. */
  static List<String> inForce(ListenerSettings before, ListenerSettings after) {
    Map<String, String> old = new LinkedHashMap<>();
    Map<String, String> next = new LinkedHashMap<>();
    if (before.proxy().enabled() || after.proxy().enabled()) {
      old.putAll(values(before.proxy().policy()));
      next.putAll(values(after.proxy().policy()));
    }
    ForwardedPolicy forwardedBefore = before.forwarded().orElse(ForwardedPolicy.OFF);
    ForwardedPolicy forwardedAfter = after.forwarded().orElse(ForwardedPolicy.OFF);
    if (forwardedBefore.enabled() || forwardedAfter.enabled()) {
      old.putAll(values(forwardedBefore));
      next.putAll(values(forwardedAfter));
    }
    List<String> changed = new ArrayList<>();
    next.forEach(
        (key, value) -> {
          if (!value.equals(old.get(key))) {
            changed.add(
                "listener." + before.name() + "." + key + ": " + old.get(key) + " -> " + value);
          }
        });
    return changed;
  }

  private static Map<String, String> values(ForwardedPolicy policy) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("forwarded.enabled", String.valueOf(policy.enabled()));
    values.put("forwarded.header", policy.header().header());
    values.put("forwarded.trusted_proxies", policy.trusted().toString());
    return values;
  }

  private static Map<String, String> values(ProxyPolicy policy) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("proxy_enabled", String.valueOf(policy.enabled()));
    values.put("proxy.mode", word(policy.mode()));
    values.put("proxy.trusted_proxies", policy.trusted().toString());
    values.put("proxy.exempt", policy.exempt().toString());
    values.put(
        "proxy.versions",
        policy.versions().stream().map(v -> v.label().substring(1)).sorted().toList().toString());
    values.put("proxy.header_timeout", policy.headerTimeout().toMillis() + "ms");
    values.put("proxy.max_header_size", policy.maxHeaderSize() + "B");
    values.put("proxy.max_pending", String.valueOf(policy.maxPending()));
    values.put("proxy.max_pending_per_peer", String.valueOf(policy.maxPendingPerPeer()));
    values.put("proxy.crc32c", word(policy.crc32c()));
    values.put("proxy.tls_identity", word(policy.tlsIdentity()));
    return values;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /**
   * The keys that differ and cannot be applied to a running broker, sorted; a listener that is new
   * or gone by its own name alone.
   */
  static List<String> needRestart(ConfigResult.Loaded before, ConfigResult.Loaded after) {
    Map<String, String> old = byPath(before.settings());
    Map<String, String> next = byPath(after.settings());
    Set<String> toggled = toggled(before.config(), after.config());
    Set<String> keys = new TreeSet<>(toggled);
    Set<String> all = new TreeSet<>(old.keySet());
    all.addAll(next.keySet());
    for (String key : all) {
      boolean same = String.valueOf(old.get(key)).equals(String.valueOf(next.get(key)));
      boolean ofToggled = toggled.stream().anyMatch(listener -> key.startsWith(listener + "."));
      if (!same && !ofToggled && !RELOADABLE.matcher(key).matches()) {
        keys.add(key);
      }
    }
    masked(before.config(), after.config())
        .filter(section -> keys.stream().noneMatch(key -> key.startsWith(section)))
        .toList()
        .forEach(keys::add);
    return List.copyOf(keys);
  }

  private static Map<String, String> byPath(List<Setting> settings) {
    Map<String, String> values = new HashMap<>();
    settings.forEach(setting -> values.put(setting.path(), setting.value()));
    return values;
  }

  private static Set<String> toggled(BrokerConfig before, BrokerConfig after) {
    Set<String> old = names(before);
    Set<String> next = names(after);
    Set<String> toggled = new TreeSet<>(old);
    toggled.addAll(next);
    toggled.removeIf(name -> old.contains(name) && next.contains(name));
    return toggled;
  }

  private static Set<String> names(BrokerConfig config) {
    return config.listeners().stream()
        .map(listener -> "listener." + listener.name())
        .collect(Collectors.toSet());
  }

  /** Sections that differ, be it in a value that is never shown. */
  private static Stream<String> masked(BrokerConfig before, BrokerConfig after) {
    List<String> sections = new ArrayList<>();
    differ(sections, "authentication", before, after, BrokerConfig::authentication);
    differ(sections, "authorization", before, after, BrokerConfig::authorization);
    differ(sections, "storage", before, after, BrokerConfig::storage);
    for (ListenerSettings now : before.listeners()) {
      after.listeners().stream()
          .filter(next -> next.name().equals(now.name()))
          .forEach(
              next ->
                  differ(
                      sections,
                      "listener." + now.name() + ".tls",
                      now,
                      next,
                      ListenerSettings::tls));
    }
    return sections.stream();
  }

  private static <T> void differ(
      List<String> sections, String section, T before, T after, Function<T, Object> part) {
    if (!part.apply(before).equals(part.apply(after))) {
      sections.add(section);
    }
  }
}
