package io.strmqtt.dist.cli.proxy;

import io.netty.buffer.Unpooled;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProxyHeader;
import io.strmqtt.proxy.ProxyParser;
import io.strmqtt.proxy.ProxyVerdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "decode",
    description = {
      "Print every field of a PROXY header, or the byte at which it breaks and why.",
      "Ends with 0 if the broker would accept the header, else with 1."
    })
final class DecodeCommand implements Callable<Integer> {
  /** More than any header, and what may follow it, needs. */
  private static final int MOST_INPUT = 1 << 20;

  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;

  @Parameters(
      arity = "1..*",
      paramLabel = "HEX",
      description = {
        "The header and what follows it, in hex; white space and colons do not matter.",
        "Or a version 1 line: 'PROXY TCP4 203.0.113.7 192.0.2.1 56324 1883'.",
        "Or - for standard input: hex, or the bytes themselves."
      })
  private List<String> given = List.of();

  @Option(
      names = "--max-header-size",
      paramLabel = "BYTES",
      description =
          "The greatest declared length, as listener.proxy.max_header_size; default"
              + " ${DEFAULT-VALUE}.")
  private int maxHeaderSize = 4096;

  DecodeCommand(InputStream in, PrintStream out, PrintStream err) {
    this.in = in;
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws IOException {
    try {
      byte[] bytes =
          given.equals(List.of("-"))
              ? GivenBytes.fromStream(in.readNBytes(MOST_INPUT))
              : GivenBytes.fromArgument(String.join(" ", given));
      return decode(new Bytes(bytes));
    } catch (UsageMistake e) {
      err.println("error: " + e.getMessage());
      return ExitCode.USAGE;
    }
  }

  private int decode(Bytes bytes) {
    Lines lines = new Lines();
    HeaderFields.read(bytes, lines);
    int code =
        switch (ProxyParser.parse(Unpooled.wrappedBuffer(bytes.all()), maxHeaderSize)) {
          case ProxyVerdict.Header header -> {
            accepted(header, bytes, lines);
            yield ExitCode.OK;
          }
          case ProxyVerdict.Reject reject -> {
            lines.add(
                "verdict",
                "refused at byte "
                    + reject.offset()
                    + ": "
                    + reject.reason()
                    + ", "
                    + reject.detail());
            lines.add(
                "bytes from there", WireText.hex(bytes.range(reject.offset(), bytes.length())));
            yield ExitCode.FAILURE;
          }
          case ProxyVerdict.NeedMore more -> {
            lines.add(
                "verdict", "incomplete: it breaks off at byte " + bytes.length() + missing(bytes));
            yield ExitCode.FAILURE;
          }
        };
    lines.print(out);
    return code;
  }

  private static String missing(Bytes bytes) {
    boolean declared = bytes.length() >= 16 && bytes.u8(0) == '\r';
    return declared
        ? ", " + (16 + bytes.u16(14) - bytes.length()) + " bytes before the end of the header"
        : "";
  }

  private static void accepted(ProxyVerdict.Header header, Bytes bytes, Lines lines) {
    byte[] rest = bytes.range(header.length(), bytes.length());
    lines.add("header ends at", "byte " + header.length());
    lines.add(
        "bytes that follow", rest.length == 0 ? "0" : rest.length + ": " + WireText.hex(rest));
    lines.add(
        "verdict",
        "accepted, "
            + switch (header.kind()) {
              case PROXIED ->
                  "the client is " + header.source().map(ClientEndpoint::text).orElse("");
              case LOCAL -> "LOCAL: the proxy speaks for itself, the socket's address counts";
              case UNKNOWN ->
                  (header.version() == ProxyHeader.Version.V1 ? "UNKNOWN" : "no address for us")
                      + ": the socket's address counts";
            });
  }
}
