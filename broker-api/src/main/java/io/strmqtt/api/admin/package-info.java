/**
 * What an administration surface sees of the broker ({@link io.strmqtt.api.admin.BrokerView}), and
 * how one is plugged in ({@link io.strmqtt.api.admin.AdminProvider}). Read-only but for {@link
 * io.strmqtt.api.admin.Reload}, safe on every thread, never blocks an event loop.
 */
@NullMarked
package io.strmqtt.api.admin;

import org.jspecify.annotations.NullMarked;
