/**
 * What a client sees of the whole engine, without a socket: {@link
 * io.strmqtt.core.engine.EngineFixture} builds one on simulated event loops and a simulated clock,
 * {@link io.strmqtt.core.engine.TestClient} speaks to it in bytes.
 */
@NullMarked
package io.strmqtt.core.engine;

import org.jspecify.annotations.NullMarked;
