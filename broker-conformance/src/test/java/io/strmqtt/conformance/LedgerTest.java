package io.strmqtt.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  @TempDir Path docs;

  @BeforeEach
  void layOutTheLists() throws IOException {
    Files.createDirectories(docs.resolve("mqtt"));
    lists("5\tMQTT-1.1.1-1\tS\tbe kind\n3.1.1\tMQTT-1.1.1-1\tS\tbe | quiet\n", "");
  }

  private void lists(String statements, String open) throws IOException {
    Files.writeString(
        docs.resolve("mqtt/normative.tsv"), "version\tid\twho\tdemand\n" + statements);
    Files.writeString(docs.resolve("mqtt/open.tsv"), "version\tid\twhy\n" + open);
  }

  private Ledger ledger(String... lines) throws IOException {
    return new Ledger(docs, List.of(new Results("b", List.of(lines))));
  }

  @Test
  void aStatementWithoutATestIsAFault() throws IOException {
    assertThat(ledger("5\tMQTT-1.1.1-1\tKindTest.isKind").faults())
        .containsExactly("MQTT-1.1.1-1 of 3.1.1 has no passing test (be | quiet)");
  }

  @Test
  void anIdThatNobodyKnowsIsAFault() throws IOException {
    lists("5\tMQTT-1.1.1-1\tS\tbe kind\n", "5\tMQTT-1.1.1-1\tlater\n5\tMQTT-2\twhy\n");
    assertThat(ledger("3.1.1\tMQTT-1.1.1-1\tKindTest.isKind").faults())
        .containsExactly(
            "MQTT-1.1.1-1 of 3.1.1 is unknown; named by KindTest.isKind",
            "MQTT-2 of 5 is unknown; in mqtt/open.tsv");
  }

  @Test
  void whatIsShownMayNotBeListedAsOpen() throws IOException {
    lists("5\tMQTT-1.1.1-1\tS\tbe kind\n", "5\tMQTT-1.1.1-1\tlater\n");
    assertThat(ledger().faults()).isEmpty();
    assertThat(ledger("5\tMQTT-1.1.1-1\tKindTest.isKind").faults())
        .containsExactly("MQTT-1.1.1-1 of 5 is in mqtt/open.tsv, but is shown by KindTest.isKind");
  }

  @Test
  void thePageNamesTheTestsOfEachStatementAndWhatIsOpen() throws IOException {
    lists(
        "5\tMQTT-1.1.1-1\tS\tbe kind\n3.1.1\tMQTT-1.1.1-1\tS\tbe | quiet\n",
        "3.1.1\tMQTT-1.1.1-1\tnot yet\n");
    assertThat(ledger("5\tMQTT-1.1.1-1\tB.b", "5\tMQTT-1.1.1-1\tA.a").markdown())
        .contains("| 5 | 1 | 1 | 0 |")
        .contains("| 3.1.1 | 1 | 0 | 1 |")
        .contains("| MQTT-1.1.1-1 | be kind | shown | A.a<br>B.b |")
        .contains("| MQTT-1.1.1-1 | be \\| quiet | **open**: not yet |  |");
  }

  @Test
  void resultsOfOneRunAreCollectedAndThoseOfAnEarlierOneForgotten() throws IOException {
    Path file = docs.resolve("target/tests.tsv");
    new Results("1", List.of("a")).addTo(file);
    new Results("2", List.of("b")).addTo(file);
    new Results("2", List.of("c")).addTo(file);
    assertThat(Results.read(file)).isEqualTo(new Results("2", List.of("b", "c")));
  }
}
