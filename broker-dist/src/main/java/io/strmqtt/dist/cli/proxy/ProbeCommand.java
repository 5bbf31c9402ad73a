package io.strmqtt.dist.cli.proxy;

import static io.strmqtt.dist.cli.proxy.HeaderToSend.isV4;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.dist.cli.proxy.HeaderToSend.Form;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "probe",
    description = {
      "Connect as a proxy would, and report what the far side does: this broker or any other.",
      "Ends with 0 if MQTT was answered with a CONNACK, whatever its code; with --local, if the"
          + " far side kept the connection; else with 1."
    })
final class ProbeCommand implements Callable<Integer> {
  private static final int LONGEST_TIMEOUT = 600;

  /** For documentation (RFC 5737, RFC 3849): nobody's addresses. */
  private static final String CLIENT_V4 = "203.0.113.7:56324";

  private static final String CLIENT_V6 = "[2001:db8::7]:56324";
  private static final String SERVER_V4 = "192.0.2.1:1883";
  private static final String SERVER_V6 = "[2001:db8::1]:1883";

  /** Which header; one of them. */
  static final class Header {
    @Option(names = "--v1", description = "Send a version 1 header.")
    boolean v1;

    @Option(names = "--v2", description = "Send a version 2 header; the default.")
    boolean v2;

    @Option(
        names = "--local",
        description = "Send a version 2 header LOCAL and nothing in MQTT, like a health check.")
    boolean local;

    @Option(names = "--none", description = "Send no header, like a client that connects directly.")
    boolean none;

    Form form() {
      return v1 ? Form.V1 : local ? Form.LOCAL : none ? Form.NONE : Form.V2;
    }
  }

  private final PrintStream out;
  private final PrintStream err;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;

  @Parameters(paramLabel = "HOST:PORT", description = "Where to connect; [IPv6]:PORT works too.")
  private String target = "";

  @ArgGroup(exclusive = true)
  private Header header = new Header();

  @Option(
      names = "--src",
      paramLabel = "ADDR:PORT",
      description = "The client to announce; default " + CLIENT_V4 + ".")
  private @Nullable String source;

  @Option(
      names = "--dst",
      paramLabel = "ADDR:PORT",
      description = "What it connected to; default: the target, if of the same family.")
  private @Nullable String destination;

  @Option(
      names = "--tlv",
      paramLabel = "TYPE=VALUE",
      description = {
        "A type-length-value for a version 2 header; may be given several times.",
        "TYPE: two hex digits or a name (AUTHORITY, UNIQUE_ID, AWS...). VALUE: hex, or @ and text."
      })
  private List<String> tlvs = new ArrayList<>();

  @Option(names = "--crc32c", description = "Add the checksum of a version 2 header.")
  private boolean checksum;

  @Option(names = "--tls", description = "Speak TLS after the header, and trust any certificate.")
  private boolean tls;

  @Option(names = "--ws", description = "Speak WebSocket, and MQTT in it.")
  private boolean webSocket;

  @Option(
      names = "--path",
      paramLabel = "PATH",
      description = "The path of the WebSocket; default ${DEFAULT-VALUE}.")
  private String path = "/mqtt";

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "How long to wait, 1 to 600; default ${DEFAULT-VALUE}.")
  private int timeout = 5;

  ProbeCommand(PrintStream out, PrintStream err, LongSupplier nanoTime, RandomGenerator random) {
    this.out = out;
    this.err = err;
    this.nanoTime = nanoTime;
    this.random = random;
  }

  @Override
  public Integer call() {
    Lines lines = new Lines();
    try {
      Probe.Plan plan = plan(lines);
      long begin = nanoTime.getAsLong();
      Outcome outcome = new Probe(plan, lines, nanoTime, random).run();
      Report.add(
          outcome, header.form(), plan, Duration.ofNanos(nanoTime.getAsLong() - begin), lines);
      lines.print(out);
      return outcome instanceof Outcome.Connack || outcome instanceof Outcome.Kept
          ? ExitCode.OK
          : ExitCode.FAILURE;
    } catch (UnknownHostException e) {
      err.println("error: no address is known for " + WireText.of(target));
      return ExitCode.FAILURE;
    } catch (UsageMistake e) {
      err.println("error: " + e.getMessage());
      return ExitCode.USAGE;
    }
  }

  private Probe.Plan plan(Lines lines) throws UsageMistake, UnknownHostException {
    if (timeout < 1 || timeout > LONGEST_TIMEOUT) {
      throw new UsageMistake("--timeout: expected 1 to " + LONGEST_TIMEOUT);
    }
    if (!path.matches("/[!-~]*")) {
      throw new UsageMistake("--path: expected a path that begins with /");
    }
    Form form = header.form();
    if (form != Form.V2 && (checksum || !tlvs.isEmpty())) {
      throw new UsageMistake(
          "--tlv and --crc32c: only a version 2 header with addresses has values");
    }
    if ((form == Form.LOCAL || form == Form.NONE) && (source != null || destination != null)) {
      throw new UsageMistake("--src and --dst: only --v1 and --v2 announce addresses");
    }
    List<GivenTlv> values = new ArrayList<>();
    for (String tlv : tlvs) {
      values.add(GivenTlv.parse(tlv));
    }
    if (checksum) {
      values.add(GivenTlv.CHECKSUM);
    }
    AddressPort given = AddressPort.parse("HOST:PORT", target);
    InetSocketAddress from = announced(source, destination, CLIENT_V4, CLIENT_V6);
    InetSocketAddress literalTo =
        destination == null ? from : AddressPort.literal("--dst", destination);
    if (isV4(from) != isV4(literalTo) && form != Form.V1) {
      throw new UsageMistake("--src and --dst: both IPv4, or both IPv6; --v1 alone can mix them");
    }

    InetSocketAddress to = new InetSocketAddress(InetAddress.getByName(given.host()), given.port());
    InetSocketAddress behind =
        destination != null
            ? literalTo
            : isV4(to) == isV4(from)
                ? to
                : AddressPort.literal("--dst", isV4(from) ? SERVER_V4 : SERVER_V6);
    byte[] bytes = encode(form, from, behind, values);
    lines.add("target", ClientEndpoint.text(to));
    lines.add("header", Report.header(form, bytes));
    if (form == Form.V1 || form == Form.V2) {
      lines.add("announced", ClientEndpoint.text(from) + " -> " + ClientEndpoint.text(behind));
    }
    return new Probe.Plan(
        given.host(),
        to,
        bytes,
        tls,
        webSocket ? Optional.of(path) : Optional.empty(),
        form == Form.LOCAL,
        Duration.ofSeconds(timeout));
  }

  /** The address asked for, or nobody's of the family of the other. */
  private static InetSocketAddress announced(
      @Nullable String given, @Nullable String other, String v4, String v6) throws UsageMistake {
    if (given != null) {
      return AddressPort.literal("--src", given);
    }
    boolean four = other == null || isV4(AddressPort.literal("--dst", other));
    return AddressPort.literal("--src", four ? v4 : v6);
  }

  private static byte[] encode(
      Form form, InetSocketAddress from, InetSocketAddress to, List<GivenTlv> values)
      throws UsageMistake {
    try {
      return HeaderToSend.encode(form, from, to, values);
    } catch (IllegalArgumentException e) { // the encoder's own opinion on ports and sizes
      throw new UsageMistake(
          "no header can say this: " + WireText.of(String.valueOf(e.getMessage())));
    }
  }
}
