package io.strmqtt.session;

import io.strmqtt.api.store.UnauthorizedAttempt;
import io.strmqtt.api.store.UnauthorizedRecord;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A record while it changes; guarded by the lock of its {@link UnauthorizedLog}. */
final class UnauthorizedRow {
  final AttemptKey key;
  final AddressRows address;

  /** Where it stands in the log. */
  int place;

  /** Its neighbours among the rows of its address. */
  @Nullable UnauthorizedRow older;

  @Nullable UnauthorizedRow newer;

  private final ReasonCounts reasons = new ReasonCounts();
  private UnauthorizedAttempt last;
  private Instant firstSeen;
  private long attempts;
  private @Nullable Instant resolvedAt;
  private long folded;

  /** A row that has not counted its first attempt. */
  UnauthorizedRow(AttemptKey key, AddressRows address, UnauthorizedAttempt first) {
    this.key = key;
    this.address = address;
    this.last = first;
    this.firstSeen = first.at();
  }

  /** A row of an earlier run. */
  UnauthorizedRow(AttemptKey key, AddressRows address, UnauthorizedRecord earlier) {
    this.key = key;
    this.address = address;
    this.last = earlier.last();
    this.firstSeen = earlier.firstSeen();
    this.attempts = earlier.attempts();
    earlier.reasons().forEach(reasons::add);
    this.resolvedAt = earlier.resolvedAt().orElse(null);
    this.folded = earlier.folded();
  }

  void count(UnauthorizedAttempt attempt) {
    last = attempt;
    attempts++;
    reasons.add(attempt.reason(), 1);
    resolvedAt = null;
  }

  /** Takes what another of its address has counted, which was seen later than all before. */
  void fold(UnauthorizedRow other) {
    last = Kept.folded(other.last);
    firstSeen = firstSeen.isBefore(other.firstSeen) ? firstSeen : other.firstSeen;
    attempts += other.attempts;
    reasons.addAll(other.reasons);
    folded++;
  }

  boolean isFolded() {
    return folded > 0;
  }

  boolean isResolved() {
    return resolvedAt != null;
  }

  void resolve(Instant at) {
    resolvedAt = at;
  }

  UnauthorizedAttempt last() {
    return last;
  }

  UnauthorizedRecord toRecord() {
    return new UnauthorizedRecord(
        last,
        firstSeen,
        last.at(),
        attempts,
        reasons.toMap(),
        Optional.ofNullable(resolvedAt),
        folded);
  }
}
