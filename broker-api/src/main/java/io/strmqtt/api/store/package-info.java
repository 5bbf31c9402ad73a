/**
 * What the broker keeps: session records with their subscriptions, retained messages, unauthorized
 * clients. Stores are thread-safe and never block their caller; what was handed over is durable
 * when {@link io.strmqtt.api.store.Storage#whenDurable} says so.
 *
 * <p>The messages that wait in a session, and its in-flight state, live in the engine for now; they
 * join this SPI with the durable provider, which decides their shape.
 */
@NullMarked
package io.strmqtt.api.store;

import org.jspecify.annotations.NullMarked;
