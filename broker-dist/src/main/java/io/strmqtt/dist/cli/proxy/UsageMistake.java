package io.strmqtt.dist.cli.proxy;

import java.io.Serial;

/** What the command line says cannot be meant. Carries no stack trace. */
final class UsageMistake extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  UsageMistake(String message) {
    super(message, null, false, false);
  }
}
