/**
 * Storage that lives in memory: what it holds is gone when the broker stops. Stores are called from
 * every event loop and from administration threads; they hold no lock longer than one change takes.
 * Knows nothing of the engine, and interprets messages no further than their topic. What listings
 * and matching need is public, for the durable provider to keep in memory too.
 */
@NullMarked
package io.strmqtt.session;

import org.jspecify.annotations.NullMarked;
