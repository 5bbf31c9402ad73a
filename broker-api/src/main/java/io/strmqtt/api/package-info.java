/**
 * The words every module shares: who a client is ({@link io.strmqtt.api.ClientEndpoint}), what a
 * message is ({@link io.strmqtt.api.Message}) and why something was refused or dropped ({@link
 * io.strmqtt.api.Reason}). Immutable values, safe on every thread. Knows nothing of sockets, stores
 * or the engine.
 */
@NullMarked
package io.strmqtt.api;

import org.jspecify.annotations.NullMarked;
