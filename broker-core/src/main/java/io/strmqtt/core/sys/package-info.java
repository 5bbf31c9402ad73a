/**
 * The broker's own topics below {@code $SYS/broker}: what they say, where the latest values are
 * kept, and who may read them. Works on one event loop, every few seconds, from counters that are
 * there anyway; knows nothing of connections.
 */
@NullMarked
package io.strmqtt.core.sys;

import org.jspecify.annotations.NullMarked;
