/**
 * The engine. A connection, its session and its in-flight state belong to exactly one event loop;
 * other threads only offer to a session's mailbox, read the subscription index, or call a store.
 * Knows no pipeline and no socket.
 */
@NullMarked
package io.strmqtt.core;

import org.jspecify.annotations.NullMarked;
