/**
 * Load for a broker that is there already, over its sockets, to see what its store does: {@code
 * ./bench load}. One thread, one loop, for all clients.
 */
@NullMarked
package io.strmqtt.bench.load;

import org.jspecify.annotations.NullMarked;
