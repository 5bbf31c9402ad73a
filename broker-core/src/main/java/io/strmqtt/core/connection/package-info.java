/**
 * One MQTT connection, as a sequence of phase objects: {@code AwaitConnect -> Authenticating ->
 * Active -> Closed}. The packet goes to the current phase; what only one phase needs lives in it.
 * All of it runs on the connection's loop. Knows no socket and matches no topics.
 */
@NullMarked
package io.strmqtt.core.connection;

import org.jspecify.annotations.NullMarked;
