package io.strmqtt.admin;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ForwardedBy;
import io.strmqtt.api.Page;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxySsl;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.Reason;
import io.strmqtt.api.TlsInfo;
import io.strmqtt.api.admin.ListenerView;
import io.strmqtt.api.admin.Reload;
import io.strmqtt.api.admin.SessionView;
import io.strmqtt.api.store.SessionRecord;
import io.strmqtt.api.store.SubscriptionRecord;
import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedRecord;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The JSON documents of the API: the names of their fields are what callers rely on. Times are ISO
 * 8601 in UTC.
 */
final class Documents {
  private Documents() {}

  static String deleted(String clientId) {
    return new JsonWriter().beginObject().field("deleted", clientId).endObject().toString();
  }

  static String health(String version) {
    JsonWriter json = new JsonWriter();
    json.beginObject().field("status", "ok").field("version", version).endObject();
    return json.toString();
  }

  static String reloaded(Reload.Applied applied) {
    JsonWriter json = new JsonWriter();
    json.beginObject()
        .field("status", "reloaded")
        .texts("changed", applied.changed())
        .texts("needs_restart", applied.needsRestart())
        .texts("warnings", applied.warnings())
        .endObject();
    return json.toString();
  }

  static <T> String page(Page<T> page, BiConsumer<JsonWriter, T> document) {
    JsonWriter json = new JsonWriter();
    json.beginObject();
    items(json, page.items(), document);
    json.field("next_cursor", page.next()).endObject();
    return json.toString();
  }

  static String session(SessionView view) {
    JsonWriter json = new JsonWriter();
    json.beginObject();
    sessionFields(json, view);
    json.name("subscriptions").beginArray();
    view.subscriptions().forEach(subscription -> subscription(json, subscription));
    json.endArray().endObject();
    return json.toString();
  }

  /**
   * A session in a listing: how many subscriptions it has, not which, as a page of them may be very
   * long.
   */
  static void sessionSummary(JsonWriter json, SessionView view) {
    json.beginObject();
    sessionFields(json, view);
    json.field("subscriptions_count", view.subscriptions().size()).endObject();
  }

  static void unauthorized(JsonWriter json, UnauthorizedRecord record) {
    UnauthorizedAttempt last = record.last();
    json.beginObject().field("client_id", last.clientId());
    addresses(json, last.endpoint());
    json.field("listener", last.endpoint().listener())
        .field("username", last.username())
        .field("password_provided", last.passwordProvided())
        .field("tls_used", last.tlsUsed())
        .field("reason", last.reason().name())
        .field("reason_text", last.reason().text())
        .field("first_seen", record.firstSeen().toString())
        .field("last_seen", record.lastSeen().toString())
        .field("attempts", record.attempts())
        .field("resolved_at", record.resolvedAt().map(Instant::toString))
        .field("folded", record.folded())
        .name("reasons")
        .beginObject();
    record.reasons().forEach((reason, count) -> json.field(reason.name(), count));
    json.endObject().endObject();
  }

  static String listeners(List<ListenerView> listeners) {
    JsonWriter json = new JsonWriter();
    json.beginObject();
    items(json, listeners, Documents::listener);
    json.endObject();
    return json.toString();
  }

  static String counters(Map<String, Long> counters, Map<Reason, Long> reasons) {
    JsonWriter json = new JsonWriter();
    json.beginObject().name("counters").beginObject();
    new TreeMap<>(counters).forEach(json::field);
    json.endObject().name("reasons").beginObject();
    new TreeMap<>(reasons).forEach((reason, count) -> json.field(reason.name(), count));
    json.endObject().endObject();
    return json.toString();
  }

  static <T> void items(JsonWriter json, List<T> items, BiConsumer<JsonWriter, T> document) {
    json.name("items").beginArray();
    items.forEach(item -> document.accept(json, item));
    json.endArray();
  }

  private static void sessionFields(JsonWriter json, SessionView view) {
    SessionRecord session = view.session();
    ClientEndpoint endpoint = session.endpoint();
    json.field("client_id", session.clientId())
        .field("username", Optional.of(session.username()).filter(name -> !name.isEmpty()))
        .field("mqtt_version", session.version().label())
        .field("connected", session.connected());
    addresses(json, endpoint);
    json.field("listener", endpoint.listener());
    proxyValues(json, endpoint);
    json.field("tls_version", endpoint.tls().map(TlsInfo::version))
        .field("tls_cipher", endpoint.tls().map(TlsInfo::cipher))
        .field("certificate_subject", endpoint.tls().flatMap(TlsInfo::subject))
        .field("clean_start", session.cleanStart())
        .field("keep_alive", session.keepAlive())
        .field("session_expiry_interval", session.expiryInterval())
        .field("connected_at", session.connectedAt().toString())
        .field("disconnected_at", session.disconnectedAt().map(Instant::toString))
        .field("disconnect_reason", session.disconnectReason().map(Reason::name));
    counters(json, view.counters());
  }

  private static void counters(JsonWriter json, SessionView.Counters counters) {
    json.name("counters")
        .beginObject()
        .field("received", counters.received())
        .field("received_bytes", counters.receivedBytes())
        .field("sent", counters.sent())
        .field("sent_bytes", counters.sentBytes())
        .field("dropped", counters.dropped())
        .field("queued", counters.queued())
        .field("in_flight", counters.inFlight())
        .endObject();
  }

  private static void subscription(JsonWriter json, SubscriptionRecord subscription) {
    json.beginObject()
        .field("filter", subscription.filter())
        .field("qos", subscription.qos())
        .field("no_local", subscription.noLocal())
        .field("retain_as_published", subscription.retainAsPublished())
        .field("retain_handling", subscription.retainHandling())
        .number("identifier", Optional.of(subscription.identifier()).filter(id -> id != 0))
        .endObject();
  }

  private static void addresses(JsonWriter json, ClientEndpoint endpoint) {
    json.field("client_address", ClientEndpoint.host(endpoint.client()))
        .field("client_port", endpoint.client().getPort())
        .field("proxy_address", endpoint.via().map(ClientEndpoint::host))
        .number("proxy_port", endpoint.via().map(InetSocketAddress::getPort))
        .field("proxy_version", endpoint.proxy().map(proxy -> proxy.version().label()))
        .field("proxy_kind", endpoint.proxy().map(ProxyHeader::kind).map(Documents::lower))
        .field("forwarded_header", endpoint.forwarded().map(ForwardedBy::header))
        .field(
            "forwarded_hop_address", endpoint.forwarded().map(by -> ClientEndpoint.host(by.hop())))
        .number("forwarded_hop_port", endpoint.forwarded().map(by -> by.hop().getPort()));
  }

  /** What the proxy told beside the addresses. */
  private static void proxyValues(JsonWriter json, ClientEndpoint endpoint) {
    ProxyTlvs tlvs = endpoint.proxy().map(ProxyHeader::tlvs).orElse(ProxyTlvs.NONE);
    json.field("proxy_unique_id", tlvs.uniqueIdText())
        .field("proxy_authority", tlvs.authority())
        .field("proxy_alpn", tlvs.alpnText())
        .field("proxy_identity", endpoint.proxyIdentity());
    tlvs.ssl()
        .filter(ProxySsl::tls)
        .ifPresentOrElse(
            ssl -> proxyTls(json.name("proxy_tls"), ssl),
            () -> json.field("proxy_tls", Optional.empty()));
    json.field("proxy_aws_vpce", tlvs.awsVpcEndpoint())
        .field("proxy_gcp_connection", unsigned(tlvs.gcpConnection()))
        .field("proxy_azure_link", unsigned(tlvs.azureLink()));
  }

  private static void proxyTls(JsonWriter json, ProxySsl ssl) {
    json.beginObject()
        .field("version", ssl.version())
        .field("cipher", ssl.cipher())
        .field("common_name", ssl.commonName())
        .field("certificate_presented", ssl.certificateOnConnection() || ssl.certificateInSession())
        .field("verified", ssl.hasVerifiedCertificate())
        .field("signature_algorithm", ssl.signatureAlgorithm())
        .field("key_algorithm", ssl.keyAlgorithm())
        .field("group", ssl.group())
        .field("signature_scheme", ssl.signatureScheme())
        .endObject();
  }

  /** A text, because a JSON number is exact up to 53 bits only. */
  private static Optional<String> unsigned(OptionalLong id) {
    return id.isPresent() ? Optional.of(Long.toUnsignedString(id.getAsLong())) : Optional.empty();
  }

  private static void listener(JsonWriter json, ListenerView listener) {
    json.beginObject()
        .field("name", listener.name())
        .field("type", listener.type())
        .field("address", ClientEndpoint.host(listener.address()))
        .field("port", listener.address().getPort())
        .field("proxy_enabled", listener.proxyEnabled())
        .field("proxy_mode", listener.proxyMode())
        .texts("trusted_proxies", listener.trustedProxies())
        .texts("exempt", listener.exempt())
        .field("proxy_origin", listener.proxyOrigin())
        .field("connections", listener.connections())
        .field("accepted", listener.accepted())
        .endObject();
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
