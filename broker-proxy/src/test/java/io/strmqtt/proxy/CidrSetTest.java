package io.strmqtt.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrSetTest {
  private static boolean holds(String address, String... networks) {
    return CidrSet.of(List.of(networks)).contains(InetAddress.ofLiteral(address));
  }

  @ParameterizedTest(name = "{0} holds {1}: {2}")
  @CsvSource({
    "10.0.0.0/8, 10.0.0.0, true",
    "10.0.0.0/8, 10.255.255.255, true",
    "10.0.0.0/8, 9.255.255.255, false",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.0.0.5/32, 10.0.0.5, true",
    "10.0.0.5/32, 10.0.0.4, false",
    "10.0.0.5, 10.0.0.5, true",
    "10.0.0.5, 10.0.0.6, false",
    "10.0.0.4/31, 10.0.0.5, true",
    "10.0.0.4/31, 10.0.0.6, false",
    "128.0.0.0/1, 255.0.0.1, true",
    "128.0.0.0/1, 127.0.0.1, false",
    "0.0.0.0/0, 203.0.113.7, true",
    "0.0.0.0/0, ::1, false",
    "::/0, 2001:db8::1, true",
    "::/0, 10.0.0.1, false",
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/32, 2001:db9::1, false",
    "2001:db8::7/128, 2001:db8::7, true",
    "2001:db8::7, 2001:db8::8, false",
    "fe80::/10, febf::1, true",
    "fe80::/10, fec0::1, false",
  })
  void aNetworkHoldsItsAddressesAndNoOther(String network, String address, boolean held) {
    assertThat(holds(address, network)).isEqualTo(held);
  }

  @Test
  void mappedAddressesAndNetworksAreIpv4() throws UnknownHostException {
    assertThat(holds("10.1.2.3", "::ffff:10.0.0.0/104")).isTrue();
    assertThat(holds("11.1.2.3", "::ffff:10.0.0.0/104")).isFalse();
    assertThat(holds("10.1.2.3", "::ffff:10.1.2.3")).isTrue();
    assertThat(holds("203.0.113.7", "::ffff:0:0/96")).isTrue();
    assertThat(holds("2001:db8::1", "::ffff:0:0/96")).isFalse();

    byte[] mapped = new byte[16];
    mapped[10] = -1;
    mapped[11] = -1;
    mapped[12] = 10;
    InetAddress six = java.net.Inet6Address.getByAddress(null, mapped, -1);
    assertThat(CidrSet.of(List.of("10.0.0.0/8")).contains(six)).isTrue();
    assertThat(CidrSet.of(List.of("11.0.0.0/8")).contains(six)).isFalse();
  }

  @Test
  void aNetworkInsideAnotherChangesNothingInWhicheverOrderTheyCome() {
    for (String[] networks :
        new String[][] {
          {"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3"},
          {"10.1.2.3", "10.1.0.0/16", "10.0.0.0/8"},
          {"10.1.0.0/16", "10.0.0.0/8", "10.1.0.0/16"},
          {"0.0.0.0/0", "10.0.0.0/8"},
          {"10.0.0.0/8", "0.0.0.0/0"}
        }) {
      assertThat(holds("10.200.0.1", networks)).isTrue();
      assertThat(holds("10.1.2.4", networks)).isTrue();
    }
    assertThat(holds("10.2.0.1", "10.1.0.0/16", "10.3.0.0/16")).isFalse();
  }

  @Test
  void theEmptySetHoldsNothing() {
    assertThat(holds("10.0.0.1")).isFalse();
    assertThat(CidrSet.EMPTY.isEmpty()).isTrue();
    assertThat(CidrSet.of(List.of("10.0.0.0/8")).isEmpty()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "/",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/08",
        "10.0.0.0/8 ",
        " 10.0.0.0/8",
        "10.0.0.0 /8",
        "10.0.0.0/8/8",
        "10.0.0.0/255.0.0.0",
        "10.0.0/8",
        "10/8",
        "010.0.0.0/8",
        "256.0.0.0/8",
        "10.0.0.1/8",
        "0.0.0.1/0",
        "2001:db8::/129",
        "2001:db8::1/64",
        "2001:db8:/32",
        "::ffff:10.0.0.1/104",
        "[::1]",
        "fe80::1%eth0",
        "localhost",
        "*"
      })
  void whatIsNoNetworkIsRefusedByName(String text) {
    assertThat(CidrSet.flaw(text)).isPresent();
    assertThatThrownBy(() -> CidrSet.of(List.of("10.0.0.0/8", text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"");
  }

  @Test
  void textsAreKeptAsTheyWereGiven() {
    List<String> texts = List.of("10.0.0.0/8", "::ffff:11.0.0.1", "10.1.0.0/16");
    assertThat(CidrSet.of(texts).texts()).isEqualTo(texts);
    assertThat(CidrSet.of(texts)).isEqualTo(CidrSet.of(texts)).hasToString(texts.toString());
    assertThat(CidrSet.flaw("10.0.0.0/8")).isEmpty();
  }

  /** Against masks over all networks, with addresses that differ from a network's in one bit. */
  @Test
  void itAgreesWithComparingMasks() throws UnknownHostException {
    Random random = new Random(20261123);
    for (int round = 0; round < 2_000; round++) {
      int width = random.nextBoolean() ? 32 : 128;
      List<Masked> networks = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(8); i++) {
        int bits = random.nextInt(width + 1);
        BigInteger mask = mask(width, bits);
        BigInteger near =
            networks.isEmpty() || random.nextBoolean()
                ? new BigInteger(width, random)
                : networks.get(random.nextInt(networks.size())).network();
        networks.add(new Masked(near.and(mask), mask, bits));
      }
      List<String> texts = new ArrayList<>();
      for (Masked each : networks) {
        texts.add(address(each.network(), width).getHostAddress() + "/" + each.bits());
      }
      CidrSet set = CidrSet.of(texts);
      for (int i = 0; i < 40; i++) {
        Masked near = networks.get(random.nextInt(networks.size()));
        BigInteger probe =
            near.network()
                .or(new BigInteger(width, random).andNot(near.mask()))
                .xor(
                    i % 2 == 0 ? BigInteger.ZERO : BigInteger.ONE.shiftLeft(random.nextInt(width)));
        boolean expected = networks.stream().anyMatch(n -> probe.and(n.mask()).equals(n.network()));
        assertThat(set.contains(address(probe, width)))
            .as("%s in %s", address(probe, width), texts)
            .isEqualTo(expected);
      }
    }
  }

  private record Masked(BigInteger network, BigInteger mask, int bits) {}

  private static BigInteger mask(int width, int bits) {
    BigInteger ones = BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
    return ones.subtract(BigInteger.ONE.shiftLeft(width - bits).subtract(BigInteger.ONE));
  }

  private static InetAddress address(BigInteger value, int width) throws UnknownHostException {
    byte[] bytes = new byte[width / 8];
    byte[] raw = value.toByteArray();
    for (int i = 0; i < Math.min(raw.length, bytes.length); i++) {
      bytes[bytes.length - 1 - i] = raw[raw.length - 1 - i];
    }
    return InetAddress.getByAddress(bytes);
  }
}
