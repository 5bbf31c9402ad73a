package io.strmqtt.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.proxy.ForwardedVerdict.Client;
import io.strmqtt.proxy.ForwardedVerdict.NoClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random headers, against what they were made of. */
class ForwardedWalkTest {
  private static final CidrSet TRUSTED = CidrSet.of(List.of("10.0.0.0/8", "2001:db8:1::/48"));
  private static final InetAddress HOP = InetAddress.ofLiteral("10.0.0.1");
  private static final String NOISE = "for=\"[]:;,\\ 0123456789abcdef._unkow%\t\u00e9";

  private static ForwardedVerdict judge(ForwardedHeader header, List<String> lines) {
    return new ForwardedPolicy(true, header, TRUSTED).judge(lines, HOP);
  }

  /** One element as some proxy writes it, and whom it names. */
  private record Element(String text, Optional<InetSocketAddress> node) {

    static Element of(ForwardedHeader header, Random random) {
      if (random.nextInt(6) == 0) {
        String nobody =
            List.of("unknown", "_hidden", "10.0.0.1x", "\\", "\u00e9").get(random.nextInt(5));
        return new Element(
            header == ForwardedHeader.FORWARDED ? "for=" + nobody : nobody, Optional.empty());
      }
      boolean trusted = random.nextInt(3) > 0;
      boolean ipv6 = random.nextBoolean();
      int port = random.nextBoolean() ? 0 : 1 + random.nextInt(0xffff);
      String host =
          ipv6
              ? "2001:db8:" + (trusted ? 1 : 2) + "::" + Integer.toHexString(random.nextInt(0xffff))
              : (trusted ? "10.0.0." : "203.0.113.") + random.nextInt(1, 255);
      var node = new InetSocketAddress(InetAddress.ofLiteral(host), port);
      String bracketed = ipv6 ? "[" + host + "]" : host;
      String text = port == 0 ? bracketed : bracketed + ":" + port;
      if (header == ForwardedHeader.X_FORWARDED_FOR) {
        boolean bare = ipv6 && port == 0 && random.nextBoolean();
        return new Element(bare ? host : text, Optional.of(node));
      }
      boolean quoted = ipv6 || port > 0 || random.nextBoolean();
      String pair =
          (random.nextBoolean() ? "for=" : "For=") + (quoted ? quote(text, random) : text);
      return new Element(among(pair, random), Optional.of(node));
    }

    private static String quote(String text, Random random) {
      StringBuilder quoted = new StringBuilder("\"");
      for (char c : text.toCharArray()) {
        quoted.append(random.nextInt(20) == 0 ? "\\" : "").append(c);
      }
      return quoted.append('"').toString();
    }

    /** The host name comes from the client; the proxy quotes it. */
    private static String among(String pair, Random random) {
      String host = "host=\"" + noise(random).replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
      return switch (random.nextInt(4)) {
        case 0 -> pair + ";proto=https;" + host;
        case 1 -> host + "; " + pair;
        case 2 -> "by=_lb;" + pair + ";";
        default -> pair;
      };
    }
  }

  private static String noise(Random random) {
    StringBuilder noise = new StringBuilder();
    for (int n = random.nextInt(30); n > 0; n--) {
      noise.append(NOISE.charAt(random.nextInt(NOISE.length())));
    }
    return noise.toString();
  }

  /** The rule itself. */
  private static ForwardedVerdict expected(List<Element> elements) {
    InetSocketAddress client = null;
    for (Element element : elements.reversed()) {
      if (element.node().isEmpty()) {
        break;
      }
      client = element.node().get();
      if (!TRUSTED.contains(client.getAddress())) {
        break;
      }
    }
    return client == null ? NoClient.UNREADABLE : new Client(client);
  }

  private static List<String> lines(List<Element> elements, Random random) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < elements.size(); i++) {
      line.append(elements.get(i).text());
      if (i < elements.size() - 1 && random.nextInt(4) == 0) {
        lines.add(line.toString());
        line.setLength(0);
      } else if (i < elements.size() - 1) {
        line.append(List.of(",", ", ", " ,\t", ",,").get(random.nextInt(4)));
      }
    }
    lines.add(line.toString());
    return lines;
  }

  @Test
  void theWalkFindsWhomTheRuleNamesHoweverTheElementsAreSpreadOverLines() {
    Random random = new Random(7239);
    for (int round = 0; round < 20_000; round++) {
      for (ForwardedHeader header : ForwardedHeader.values()) {
        List<Element> elements = new ArrayList<>();
        for (int n = 1 + random.nextInt(6); n > 0; n--) {
          elements.add(Element.of(header, random));
        }
        List<String> lines = lines(elements, random);
        assertThat(judge(header, lines)).as("%s", lines).isEqualTo(expected(elements));
      }
    }
  }

  @Test
  void whateverAClientWritesChangesNothingOfWhatItsProxiesWriteBehindIt() {
    Random random = new Random(20261123);
    for (int round = 0; round < 20_000; round++) {
      for (ForwardedHeader header : ForwardedHeader.values()) {
        List<Element> elements = new ArrayList<>();
        do {
          elements.addFirst(Element.of(header, random));
        } while (elements.getFirst().node().isPresent()
            && TRUSTED.contains(elements.getFirst().node().get().getAddress()));
        List<String> lines = new ArrayList<>(lines(elements, random));
        if (random.nextBoolean()) {
          lines.addFirst(noise(random));
        } else {
          lines.set(0, noise(random) + "," + lines.getFirst());
        }
        assertThat(judge(header, lines)).as("%s", lines).isEqualTo(expected(elements));
      }
    }
  }

  @Test
  void anyTextHasAnAnswerAndNobodyIsBelievedBehindAStranger() {
    Random random = new Random(4);
    for (int round = 0; round < 50_000; round++) {
      for (ForwardedHeader header : ForwardedHeader.values()) {
        assertThat(judge(header, List.of(noise(random), noise(random) + noise(random))))
            .isNotNull();
        assertThat(
                new ForwardedPolicy(true, header, TRUSTED)
                    .judge(List.of(noise(random)), InetAddress.ofLiteral("203.0.113.9")))
            .isEqualTo(NoClient.NOT_TRUSTED);
      }
    }
  }
}
