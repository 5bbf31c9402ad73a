package io.strmqtt.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** All statements, which of them are known to be open, and what tests have shown. */
final class Ledger {
  private final Map<Statement, String> demands = new LinkedHashMap<>();
  private final Map<Statement, String> open = new LinkedHashMap<>();
  private final Map<Statement, TreeSet<String>> shown = new LinkedHashMap<>();

  /**
   * @param docs where {@code mqtt/normative.tsv} and {@code mqtt/open.tsv} are
   */
  Ledger(Path docs, Collection<Results> results) throws IOException {
    for (String[] row : rows(docs.resolve("mqtt/normative.tsv"))) {
      demands.put(new Statement(row[0], row[1]), row[3]);
    }
    for (String[] row : rows(docs.resolve("mqtt/open.tsv"))) {
      open.put(new Statement(row[0], row[1]), row[2]);
    }
    for (Results some : results) {
      for (String line : some.lines()) {
        String[] row = line.split("\t");
        shown.computeIfAbsent(new Statement(row[0], row[1]), s -> new TreeSet<>()).add(row[2]);
      }
    }
  }

  /** The rows of a table, without its heading. */
  private static List<String[]> rows(Path table) throws IOException {
    return Files.readAllLines(table).stream().skip(1).map(line -> line.split("\t")).toList();
  }

  /** What is wrong with the tests or the lists; empty if nothing is. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    demands.forEach(
        (statement, demand) -> {
          if (!shown.containsKey(statement) && !open.containsKey(statement)) {
            faults.add(statement + " has no passing test (" + demand + ")");
          }
        });
    shown.forEach(
        (statement, tests) -> {
          if (!demands.containsKey(statement)) {
            faults.add(statement + " is unknown; named by " + String.join(", ", tests));
          } else if (open.containsKey(statement)) {
            faults.add(
                statement + " is in mqtt/open.tsv, but is shown by " + String.join(", ", tests));
          }
        });
    for (Statement statement : open.keySet()) {
      if (!demands.containsKey(statement)) {
        faults.add(statement + " is unknown; in mqtt/open.tsv");
      }
    }
    return faults;
  }

  String markdown() {
    StringBuilder page =
        new StringBuilder(
            """
            # Conformance

            Every normative statement of MQTT 5.0 and 3.1.1 that binds a server, and the tests that show that the broker keeps
            it: they fail if it does not. Generated from the tests by the build, which fails where this page is not true; not
            to be edited. The ids are those of the OASIS specifications, the demands are in our own words
            ([normative.tsv](mqtt/normative.tsv)). A statement is open when no test shows it
            ([open.tsv](mqtt/open.tsv) says why). Statements that bind clients are listed where a server has to notice or to
            survive what a client does wrong.

            | version | statements | shown | open |
            |---|---|---|---|
            """);
    Map<String, List<Statement>> versions = new TreeMap<>(java.util.Comparator.reverseOrder());
    demands
        .keySet()
        .forEach(s -> versions.computeIfAbsent(s.version(), v -> new ArrayList<>()).add(s));
    versions.forEach(
        (version, statements) -> {
          long done = statements.stream().filter(shown::containsKey).count();
          page.append(
              "| %s | %d | %d | %d |\n"
                  .formatted(version, statements.size(), done, statements.size() - done));
        });
    versions.forEach(
        (version, statements) -> {
          page.append(
              "\n## MQTT %s\n\n| statement | demand | status | shown by |\n|---|---|---|---|\n"
                  .formatted(version));
          statements.forEach(statement -> page.append(row(statement)));
        });
    return page.toString();
  }

  private String row(Statement statement) {
    TreeSet<String> tests = shown.getOrDefault(statement, new TreeSet<>());
    String status =
        tests.isEmpty() ? "**open**: " + cell(open.getOrDefault(statement, "no test")) : "shown";
    return "| %s | %s | %s | %s |\n"
        .formatted(
            statement.id(),
            cell(String.valueOf(demands.get(statement))),
            status,
            String.join("<br>", tests));
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*");
  }
}
