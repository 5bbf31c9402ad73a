package io.strmqtt.dist.cli;

import java.security.SecureRandom;

/** Turns a password into the text that a password file keeps. */
@FunctionalInterface
interface PasswordHasher {
  String hash(byte[] password, int iterations, SecureRandom random);
}
