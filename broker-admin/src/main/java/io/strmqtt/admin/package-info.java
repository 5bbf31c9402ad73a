/**
 * The HTTP API: reads the broker through {@link io.strmqtt.api.admin.BrokerView} and renders JSON.
 * Runs on virtual threads of its own web server, one per connection; must not know the engine, the
 * stores or an event loop.
 *
 * <p>It has no logins, so it serves the machine it runs on and nobody else: it binds to loopback
 * only, and answers only to host names that mean loopback, since a page in an operator's browser
 * may have its own name resolved to 127.0.0.1. Health checks are answered whatever name they bring.
 */
@NullMarked
package io.strmqtt.admin;

import org.jspecify.annotations.NullMarked;
