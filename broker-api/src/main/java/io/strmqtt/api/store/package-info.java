/**
 * What the broker keeps: sessions with their subscriptions, wills and queues, retained messages,
 * unauthorized clients. Stores are thread-safe and do not block their caller; what was handed over
 * is durable when {@link io.strmqtt.api.store.Storage#whenDurable} says so.
 *
 * <p>Message bodies travel by reference: a store that keeps them in memory keeps the very object.
 */
@NullMarked
package io.strmqtt.api.store;

import org.jspecify.annotations.NullMarked;
