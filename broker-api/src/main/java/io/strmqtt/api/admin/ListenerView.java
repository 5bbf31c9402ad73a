package io.strmqtt.api.admin;

import java.net.InetSocketAddress;

/**
 * A listener that is open.
 *
 * @param type {@code tcp}, {@code ssl}, {@code ws} or {@code wss}
 * @param address where it really listens
 * @param proxyEnabled whether each connection must begin with a PROXY header
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
    String proxyOrigin,
    long connections,
    long accepted) {}
