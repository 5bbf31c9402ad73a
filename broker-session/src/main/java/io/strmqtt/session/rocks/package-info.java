/**
 * The provider {@code rocksdb}: everything in one embedded database.
 *
 * <p>Changes are put into bytes by the thread that makes them and gathered in its {@link
 * io.strmqtt.session.rocks.Unit}; sealed units go to one thread, the {@link
 * io.strmqtt.session.rocks.Committer}, which writes all that wait as one batch with one sync. So no
 * caller ever waits for a disk, and the more callers there are, the fewer syncs each costs. Only
 * the committer writes; reading back is for two threads of its own.
 *
 * <p>{@link io.strmqtt.session.rocks.Family} and {@link io.strmqtt.session.rocks.Keys} say how rows
 * are laid out. What operators list (sessions, subscriptions, retained messages, refused attempts)
 * is in memory as well; queued messages are not.
 */
@NullMarked
package io.strmqtt.session.rocks;

import org.jspecify.annotations.NullMarked;
