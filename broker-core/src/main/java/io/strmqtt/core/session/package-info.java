/**
 * Sessions and what drives them. A session belongs to one {@link io.strmqtt.core.session.Shard},
 * that is to one event loop; everything in it that is not marked otherwise is touched on that loop
 * only. A session follows its connection: when a client comes back on another loop, the old owner
 * hands the session over as its last act, so there is never a second owner. (The design said that
 * offline sessions belong to the loop their client id hashes to; leaving them where they were last
 * saves one hand-over for each disconnect and spreads as evenly.)
 *
 * <p>Knows no packet order and no phase: that is {@code connection}'s.
 */
@NullMarked
package io.strmqtt.core.session;

import org.jspecify.annotations.NullMarked;
