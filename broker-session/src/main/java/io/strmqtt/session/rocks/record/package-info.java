/**
 * How each kind of row looks in bytes: small, explicit, with its version in front. Whatever bytes
 * are read, the outcome is a record or {@link io.strmqtt.session.rocks.record.Damaged}. Knows
 * nothing of the database.
 */
@NullMarked
package io.strmqtt.session.rocks.record;

import org.jspecify.annotations.NullMarked;
