/**
 * The authenticator that comes with the broker: user names and password hashes in a file. Called on
 * event loops; hashing runs on threads of its own. Knows the SPI alone, nothing of connections or
 * sessions.
 */
@NullMarked
package io.strmqtt.core.auth;

import org.jspecify.annotations.NullMarked;
