/**
 * Who may connect, publish and subscribe. An {@link io.strmqtt.api.auth.Authenticator} answers at
 * its own pace and off the event loop, an {@link io.strmqtt.api.auth.EnhancedAuthenticator} in as
 * many steps as it needs; an {@link io.strmqtt.api.auth.Authorizer} answers at once, on it.
 * Exceptions of any of them count as refusal.
 */
@NullMarked
package io.strmqtt.api.auth;

import org.jspecify.annotations.NullMarked;
