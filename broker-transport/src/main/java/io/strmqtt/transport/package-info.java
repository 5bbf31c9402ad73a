/**
 * Sockets: listeners, pipelines, TLS, WebSocket. Each channel belongs to its event loop. Knows
 * nothing of sessions or topics; hands packets to the engine's {@link
 * io.strmqtt.core.ConnectionHandler}.
 */
@NullMarked
package io.strmqtt.transport;

import org.jspecify.annotations.NullMarked;
