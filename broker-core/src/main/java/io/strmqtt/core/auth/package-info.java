/**
 * The authenticators that come with the broker, both with a file of user names: {@code
 * password-file} for passwords that are sent, and {@code scram}, the authentication methods
 * SCRAM-SHA-256 and SCRAM-SHA-512 of MQTT 5. Called on event loops; passwords are hashed on threads
 * of their own. Knows the SPI alone, nothing of connections or sessions.
 */
@NullMarked
package io.strmqtt.core.auth;

import org.jspecify.annotations.NullMarked;
