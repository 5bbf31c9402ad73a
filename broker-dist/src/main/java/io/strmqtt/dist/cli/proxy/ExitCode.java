package io.strmqtt.dist.cli.proxy;

/** What the tools end with, beside what picocli says of a wrong command line. */
final class ExitCode {
  static final int OK = 0;

  /** The header is not one, or the far side did not answer as hoped. */
  static final int FAILURE = 1;

  static final int USAGE = 2;

  private ExitCode() {}
}
