package io.strmqtt.dist.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command may use of the process it runs in.
 *
 * @param home the installation folder
 * @param environment the environment variables
 * @param in standard input
 * @param out what was asked for
 * @param err mistakes and warnings, one per line
 */
record Surroundings(
    Path home, Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {}
