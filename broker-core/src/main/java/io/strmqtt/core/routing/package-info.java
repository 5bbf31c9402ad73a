/**
 * Who gets a publication: the subscription index, the router in front of it, and publications with
 * their encoded frames. Readers are lock-free and run on any event loop; writers take one lock.
 * Knows no session, no connection and no phase.
 */
@NullMarked
package io.strmqtt.core.routing;

import org.jspecify.annotations.NullMarked;
