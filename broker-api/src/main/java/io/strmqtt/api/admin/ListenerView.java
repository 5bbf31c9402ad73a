package io.strmqtt.api.admin;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * A listener that is open.
 *
 * @param type {@code tcp}, {@code ssl}, {@code ws} or {@code wss}
 * @param address where it really listens
 * @param proxyEnabled whether PROXY headers are read
 * @param proxyMode {@code off}, {@code required}, {@code optional} or {@code observe}
 * @param trustedProxies the networks whose headers are believed; none with {@code required} is
 *     everyone
 * @param exempt the networks that connect without a header
 * @param proxyOrigin where that comes from: {@code listener.tcp.proxy_enabled (environment
 *     MQTT_TCP_PROXY_PROTOCOL_ENABLED)}
 * @param connections open now, including those that have not sent CONNECT
 * @param accepted since the start
 */
public record ListenerView(
    String name,
    String type,
    InetSocketAddress address,
    boolean proxyEnabled,
    String proxyMode,
    List<String> trustedProxies,
    List<String> exempt,
    String proxyOrigin,
    long connections,
    long accepted) {}
