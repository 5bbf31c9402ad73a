package io.strmqtt.api.store;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * What every provider is opened with.
 *
 * @param directory where it keeps its files, in a folder of its own; may not exist yet
 * @param durability what its acknowledgements promise
 * @param maxCommitDelay how long a commit may wait for others to join it, 0 to 1 s; 0 does not wait
 *     for any that are not there yet
 * @param clock wall clock
 */
public record StorageTerms(
    Path directory, Durability durability, Duration maxCommitDelay, Clock clock) {}
