package io.strmqtt.dist.blackbox;

import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the HTTP API of a broker says, as maps with the documents' field names. */
record AdminApi(BrokerProcess broker) {

  Map<String, Object> session(String clientId) {
    return object(
        broker.get("/api/v1/sessions/" + URLEncoder.encode(clientId, StandardCharsets.UTF_8)));
  }

  List<Map<String, Object>> sessions() {
    return items("/api/v1/sessions?limit=1000");
  }

  List<Map<String, Object>> unauthorized() {
    return items("/api/v1/unauthorized-clients?limit=1000");
  }

  /**
   * The unauthorized clients that were asked for.
   *
   * @param query percent-encoded
   */
  List<Map<String, Object>> unauthorized(String query) {
    return items("/api/v1/unauthorized-clients?limit=1000&" + query);
  }

  /** The unauthorized clients of one listener that came from one address. */
  List<Map<String, Object>> unauthorized(String listener, String clientAddress) {
    return unauthorized().stream()
        .filter(record -> listener.equals(record.get("listener")))
        .filter(record -> clientAddress.equals(record.get("client_address")))
        .toList();
  }

  List<Map<String, Object>> listeners() {
    return items("/api/v1/listeners");
  }

  /** Waits until the broker has noticed that every client has gone. */
  void awaitNobody() {
    await()
        .until(
            () ->
                listeners().stream()
                    .allMatch(listener -> ((Number) listener.get("connections")).longValue() == 0));
  }

  /** The PROXY protocol on one listener. */
  Map<String, Object> proxy(String listener) {
    return items("/api/v1/proxy").stream()
        .filter(proxy -> listener.equals(proxy.get("listener")))
        .findFirst()
        .orElseThrow();
  }

  List<Map<String, Object>> proxyRejects() {
    return items("/api/v1/proxy/rejects");
  }

  long counter(String name) {
    Map<?, ?> counters = (Map<?, ?>) object(broker.get("/api/v1/counters")).get("counters");
    return ((Number) counters.get(name)).longValue();
  }

  /** How often each reason has occurred. */
  Map<String, Long> reasons() {
    Map<?, ?> reasons = (Map<?, ?>) object(broker.get("/api/v1/counters")).get("reasons");
    return reasons.entrySet().stream()
        .collect(
            Collectors.toMap(
                each -> (String) each.getKey(), each -> ((Number) each.getValue()).longValue()));
  }

  @SuppressWarnings("unchecked")
  private List<Map<String, Object>> items(String path) {
    return (List<Map<String, Object>>) object(broker.get(path)).get("items");
  }

  private static Map<String, Object> object(String json) {
    return ConfigFactory.parseString(
            json, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON))
        .root()
        .unwrapped();
  }
}
