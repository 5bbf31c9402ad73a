package io.strmqtt.session.rocks.record;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ForwardedBy;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.api.ProxySsl;
import io.strmqtt.api.ProxyTlvs;
import io.strmqtt.api.TlsInfo;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who was at the other end. What operators see is kept; not the client certificate a proxy sent,
 * nor values that have no meaning here: they would be most of the row.
 */
final class EndpointCodec {
  private EndpointCodec() {}

  static void write(Writer out, ClientEndpoint endpoint) {
    address(out, endpoint.client());
    address(out, endpoint.peer());
    address(out, endpoint.local());
    out.text(endpoint.listener())
        .optional(endpoint.proxy(), EndpointCodec::header)
        .optional(
            endpoint.tls(),
            (w, tls) ->
                w.text(tls.version()).text(tls.cipher()).optional(tls.subject(), Writer::text))
        .optional(
            endpoint.forwarded(),
            (w, by) -> {
              w.text(by.header());
              address(w, by.hop());
            });
  }

  static ClientEndpoint read(Reader in) {
    return new ClientEndpoint(
        address(in),
        address(in),
        address(in),
        in.text(),
        in.optional(EndpointCodec::header),
        in.optional(i -> new TlsInfo(i.text(), i.text(), i.optional(Reader::text))),
        in.optional(i -> new ForwardedBy(i.text(), address(i))));
  }

  static Instant instant(Reader in) {
    return Instant.ofEpochMilli(in.number());
  }

  private static void address(Writer out, InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    byte[] bytes = ip == null ? new byte[0] : ip.getAddress();
    out.bytes(bytes);
    if (bytes.length == 0) {
      out.text(address.getHostString());
    }
    out.number(address.getPort());
  }

  private static InetSocketAddress address(Reader in) {
    byte[] bytes = in.bytes();
    if (bytes.length == 0) {
      return InetSocketAddress.createUnresolved(in.text(), (int) in.number(0, 65535));
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), (int) in.number(0, 65535));
    } catch (UnknownHostException e) {
      throw in.damaged("an address of " + bytes.length + " bytes");
    }
  }

  private static void header(Writer out, ProxyHeader header) {
    out.text(header.version().name())
        .text(header.kind().name())
        .optional(header.identity(), Writer::text);
    ProxyTlvs tlvs = header.tlvs();
    out.optional(tlvs.alpn(), Writer::bytes)
        .optional(tlvs.authority(), Writer::text)
        .optional(tlvs.uniqueId(), Writer::bytes)
        .optional(tlvs.netns(), Writer::text)
        .optional(tlvs.ssl(), EndpointCodec::ssl)
        .optional(tlvs.awsVpcEndpoint(), Writer::text);
    number(out, tlvs.gcpConnection());
    number(out, tlvs.azureLink());
  }

  private static ProxyHeader header(Reader in) {
    ProxyHeader.Version version = Names.require(ProxyHeader.Version.class, in);
    ProxyHeader.Kind kind = Names.require(ProxyHeader.Kind.class, in);
    Optional<String> identity = in.optional(Reader::text);
    ProxyTlvs tlvs =
        new StoredTlvs(
            in.optional(Reader::bytes),
            in.optional(Reader::text),
            in.optional(Reader::bytes),
            in.optional(Reader::text),
            in.optional(EndpointCodec::ssl),
            in.optional(Reader::text),
            number(in),
            number(in));
    return new ProxyHeader(version, kind, tlvs, identity);
  }

  private static void ssl(Writer out, ProxySsl ssl) {
    out.bool(ssl.tls())
        .bool(ssl.certificateOnConnection())
        .bool(ssl.certificateInSession())
        .bool(ssl.verified())
        .optional(ssl.version(), Writer::text)
        .optional(ssl.cipher(), Writer::text)
        .optional(ssl.commonName(), Writer::text)
        .optional(ssl.signatureAlgorithm(), Writer::text)
        .optional(ssl.keyAlgorithm(), Writer::text)
        .optional(ssl.group(), Writer::text)
        .optional(ssl.signatureScheme(), Writer::text);
  }

  private static ProxySsl ssl(Reader in) {
    return new ProxySsl(
        in.bool(),
        in.bool(),
        in.bool(),
        in.bool(),
        in.optional(Reader::text),
        in.optional(Reader::text),
        in.optional(Reader::text),
        in.optional(Reader::text),
        in.optional(Reader::text),
        in.optional(Reader::text),
        in.optional(Reader::text),
        Optional.empty());
  }

  private static void number(Writer out, OptionalLong number) {
    out.bool(number.isPresent());
    number.ifPresent(out::number);
  }

  private static OptionalLong number(Reader in) {
    return in.bool() ? OptionalLong.of(in.number()) : OptionalLong.empty();
  }
}
