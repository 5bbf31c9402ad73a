package io.strmqtt.core.session;

import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.store.RetainedStore;
import io.strmqtt.api.store.Storage;
import io.strmqtt.core.Counters;
import io.strmqtt.core.Drops;
import io.strmqtt.core.Limits;
import io.strmqtt.core.routing.Router;
import java.time.Clock;

/**
 * What all sessions and connections share. Immutable; each part is safe on every thread.
 *
 * @param retained the retained messages of the storage, and the broker's own
 */
public record Broker(
    Limits limits,
    Router router,
    Storage storage,
    RetainedStore retained,
    Counters counters,
    Drops drops,
    Authorizer authorizer,
    PendingBytes pending,
    Clock clock) {}
