package io.strmqtt.admin;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.admin.ProxyReject;
import io.strmqtt.api.admin.ProxyView;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The JSON documents about the PROXY protocol, and what does its work behind HTTP. */
final class ProxyDocuments {
  private ProxyDocuments() {}

  static String proxies(List<ProxyView> proxies) {
    JsonWriter json = new JsonWriter();
    json.beginObject();
    Documents.items(json, proxies, ProxyDocuments::proxy);
    json.endObject();
    return json.toString();
  }

  private static void proxy(JsonWriter json, ProxyView proxy) {
    json.beginObject().field("listener", proxy.listener());
    policy(json, proxy.policy());
    headers(json, proxy.headers());
    json.field("without_header", proxy.withoutHeader())
        .number("share_with_header", proxy.shareWithHeader().map(ProxyDocuments::fourDigits))
        .name("rejects")
        .beginObject();
    new TreeMap<>(proxy.rejects()).forEach((reason, count) -> json.field(reason.name(), count));
    json.endObject().field("pending", proxy.pending()).field("probes", proxy.probes());
    timeToHeader(json, proxy.timeToHeader());
    proxy
        .observation()
        .ifPresentOrElse(
            observation -> observation(json.name("observed"), observation),
            () -> json.number("observed", Optional.empty()));
    proxy
        .forwarded()
        .ifPresentOrElse(
            forwarded -> forwarded(json.name("forwarded"), forwarded),
            () -> json.number("forwarded", Optional.empty()));
    json.endObject();
  }

  private static void forwarded(JsonWriter json, ProxyView.Forwarded forwarded) {
    json.beginObject()
        .field("enabled", forwarded.enabled())
        .field("header", forwarded.header())
        .texts("trusted_proxies", forwarded.trustedProxies())
        .field("believed", forwarded.believed())
        .field("not_trusted", forwarded.notTrusted())
        .field("absent", forwarded.absent())
        .field("unreadable", forwarded.unreadable())
        .endObject();
  }

  private static void policy(JsonWriter json, ProxyView.Policy policy) {
    json.field("mode", policy.mode())
        .field("origin", policy.origin())
        .texts("trusted_proxies", policy.trustedProxies())
        .texts("exempt", policy.exempt())
        .texts("versions", policy.versions().stream().map(ProxyHeader.Version::label).toList())
        .field("header_timeout_ms", policy.headerTimeout().toMillis())
        .field("max_header_size", policy.maxHeaderSize())
        .field("max_pending", policy.maxPending())
        .field("max_pending_per_peer", policy.maxPendingPerPeer())
        .field("crc32c", policy.crc32c())
        .field("tls_identity", policy.tlsIdentity());
  }

  /** {@code {"v1":{"proxied":3,"unknown":0},"v2":{...}}}. */
  private static void headers(JsonWriter json, List<ProxyView.Headers> headers) {
    json.name("headers").beginObject();
    for (ProxyHeader.Version version : ProxyHeader.Version.values()) {
      json.name(version.label()).beginObject();
      headers.stream()
          .filter(entry -> entry.version() == version)
          .forEach(entry -> json.field(Documents.lower(entry.kind()), entry.count()));
      json.endObject();
    }
    json.endObject();
  }

  private static void timeToHeader(JsonWriter json, ProxyView.Histogram times) {
    json.name("time_to_header")
        .beginObject()
        .field("count", times.count())
        .field("sum_ms", times.sum().toMillis())
        .name("buckets")
        .beginArray();
    for (ProxyView.Bucket bucket : times.buckets()) {
      json.beginObject()
          .number("up_to_ms", bucket.upTo().map(Duration::toMillis))
          .field("count", bucket.count())
          .endObject();
    }
    json.endArray().endObject();
  }

  private static void observation(JsonWriter json, ProxyView.Observation observation) {
    json.beginObject()
        .field("safe_to_require", observation.safeToRequire())
        .field("why", observation.why())
        .field("connections", observation.connections())
        .field("without_header", observation.withoutHeader())
        .field("open_without_header", observation.openWithoutHeader())
        .texts(
            "recent_peers", observation.recentPeers().stream().map(ProxyDocuments::text).toList())
        .endObject();
  }

  private static String text(InetAddress peer) {
    return ClientEndpoint.host(new InetSocketAddress(peer, 0));
  }

  /** Rounded down: 1 is said of all, never of nearly all. */
  private static double fourDigits(double share) {
    return Math.floor(share * 10_000) / 10_000;
  }

  static String rejects(List<ProxyReject> rejects) {
    JsonWriter json = new JsonWriter();
    json.beginObject();
    Documents.items(json, rejects, ProxyDocuments::reject);
    json.endObject();
    return json.toString();
  }

  private static void reject(JsonWriter json, ProxyReject reject) {
    json.beginObject()
        .field("at", reject.at().toString())
        .field("listener", reject.endpoint().listener())
        .field("peer_address", ClientEndpoint.host(reject.endpoint().peer()))
        .field("peer_port", reject.endpoint().peer().getPort())
        .field("reason", reject.reason().name())
        .field("reason_text", reject.reason().text())
        .field("guess", reject.guess())
        .field("first_bytes", reject.firstBytes())
        .field("detail", reject.detail())
        .field("hint", reject.hint())
        .endObject();
  }
}
