package io.strmqtt.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Notes which tests that name statements have passed, in the file that the system property {@code
 * conformance.results} names; without it, or when Maven runs chosen tests only, nothing. A test
 * with parameters has passed when all its invocations have, and there was one. Any thread.
 */
public final class StatementListener implements TestExecutionListener {
  /** Properties by which Maven runs chosen tests only. */
  private static final List<String> CHOICES =
      List.of("test", "it.test", "groups", "excludedGroups", "surefire.includes");

  private final ConcurrentMap<MethodSource, Verdict> verdicts = new ConcurrentHashMap<>();
  private final Supplier<@Nullable String> results;

  /** Made by JUnit, which finds this class by itself. */
  public StatementListener() {
    this(
        () ->
            CHOICES.stream().allMatch(name -> System.getProperty(name, "").isEmpty())
                ? System.getProperty("conformance.results")
                : null);
  }

  StatementListener(Supplier<@Nullable String> results) {
    this.results = results;
  }

  private enum Verdict {
    NOT_RUN,
    PASSED,
    FAILED;

    private Verdict and(Verdict other) {
      return compareTo(other) >= 0 ? this : other;
    }
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.getSource().orElse(null) instanceof MethodSource method) {
      boolean passed = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
      Verdict verdict = !passed ? Verdict.FAILED : test.isTest() ? Verdict.PASSED : Verdict.NOT_RUN;
      verdicts.merge(method, verdict, Verdict::and);
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    Optional.ofNullable(results.get())
        .filter(file -> !file.isEmpty())
        .ifPresent(file -> write(Path.of(file)));
  }

  private void write(Path file) {
    List<String> lines =
        verdicts.entrySet().stream()
            .filter(entry -> entry.getValue() == Verdict.PASSED)
            .flatMap(entry -> lines(entry.getKey()))
            .sorted()
            .toList();
    verdicts.clear();
    try {
      new Results(System.getProperty("conformance.build", ""), lines).addTo(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<String> lines(MethodSource method) {
    Normative shown = method.getJavaMethod().getAnnotation(Normative.class);
    if (shown == null) {
      return Stream.of();
    }
    String test = method.getJavaClass().getSimpleName() + "." + method.getMethodName();
    return Stream.concat(
            Stream.of(shown.v5()).map(id -> "5\t" + id),
            Stream.of(shown.v311()).map(id -> "3.1.1\t" + id))
        .map(statement -> statement + '\t' + test);
  }
}
