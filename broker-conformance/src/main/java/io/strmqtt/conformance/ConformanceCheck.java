package io.strmqtt.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The last step of the build: compares what tests have shown with the statements there are and with
 * {@code docs/conformance.md}.
 *
 * <p>Arguments: {@code check} or {@code write}; the folder of the documents; when the build has
 * begun; the modules' result files. {@code check} fails (exit code 1) on any fault, but checks
 * nothing when a result is missing or of another build, as after a run of chosen tests. {@code
 * write} writes the page from the results that are there, whatever build they are of.
 */
public final class ConformanceCheck {
  private static final String HOW = "./test -Dconformance=write";

  private ConformanceCheck() {}

  public static void main(String[] args) throws IOException {
    boolean write = args[0].equals("write");
    Path docs = Path.of(args[1]).normalize();
    String build = args[2];
    List<Results> results = new ArrayList<>();
    for (Path file : Arrays.stream(args).skip(3).map(Path::of).map(Path::normalize).toList()) {
      if (Files.exists(file)) {
        results.add(Results.read(file));
      }
      if (!write && (!Files.exists(file) || !results.getLast().build().equals(build))) {
        System.out.println(
            "Conformance is not checked: "
                + file
                + " is not the result of all tests of this build.");
        return;
      }
    }
    if (!isTrue(new Ledger(docs, results), docs.resolve("conformance.md"), write)) {
      System.exit(1);
    }
  }

  private static boolean isTrue(Ledger ledger, Path page, boolean write) throws IOException {
    List<String> faults = new ArrayList<>(ledger.faults());
    if (write) {
      Files.writeString(page, ledger.markdown());
    } else if (!Files.exists(page) || !Files.readString(page).equals(ledger.markdown())) {
      faults.add(page + " is not what the tests show: regenerate it with " + HOW);
    }
    faults.forEach(fault -> System.err.println("Conformance: " + fault));
    return faults.isEmpty();
  }
}
