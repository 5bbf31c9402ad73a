/**
 * The PROXY protocol, versions 1 and 2, as HAProxy's {@code proxy-protocol.txt} defines them: who
 * the client behind a load balancer is.
 *
 * <p>{@link io.strmqtt.proxy.ProxyHandler} takes the first look at a connection, before TLS and
 * HTTP; it asks {@link io.strmqtt.proxy.ProxyParser} and tells a {@link
 * io.strmqtt.proxy.ProxyListener}. A handler belongs to its channel's event loop; everything else
 * here is immutable or stateless. The parser is our own because the receiving side of a trust
 * boundary has to be strict where a general decoder is lenient.
 *
 * <p>What proxies that speak HTTP say in its place is read here, too: {@link
 * io.strmqtt.proxy.ForwardedPolicy} judges {@code X-Forwarded-For} and {@code Forwarded} (RFC
 * 7239).
 *
 * <p>Knows nothing of MQTT beyond its first byte, nor of TLS, sessions or logging: it names what it
 * refuses, others act.
 */
@NullMarked
package io.strmqtt.proxy;

import org.jspecify.annotations.NullMarked;
