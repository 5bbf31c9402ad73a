package io.strmqtt.proxy;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Networks in CIDR notation (RFC 4632, RFC 4291 section 2.3), as two binary tries: a look-up walks
 * the address bit by bit and ends at the first network that holds it, however many there are.
 * IPv4-mapped IPv6 addresses and networks count as IPv4. Immutable, safe on every thread; {@link
 * #contains} allocates nothing but the address's bytes.
 */
public final class CidrSet {
  /** No networks. */
  public static final CidrSet EMPTY = new CidrSet(List.of());

  /** What comes before IPv4 in an address of 128 bits. */
  private static final int MAPPED_BITS = 96;

  private final List<String> texts;
  private final Trie v4 = new Trie();
  private final Trie v6 = new Trie();

  private CidrSet(List<String> texts) {
    this.texts = List.copyOf(texts);
    for (String text : texts) {
      Network network = Network.parse(text);
      if (network.v4) {
        v4.add(network.address, MAPPED_BITS, network.bits);
      } else {
        v6.add(network.address, 0, network.bits);
      }
    }
  }

  /**
   * The set of these networks.
   *
   * @param texts {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or an address, which stands for itself
   * @throws IllegalArgumentException for the first that is malformed, saying what is wrong with it
   */
  public static CidrSet of(List<String> texts) {
    return texts.isEmpty() ? EMPTY : new CidrSet(texts);
  }

  /** What is wrong with a text; empty if it is a network. */
  public static Optional<String> flaw(String text) {
    try {
      Network.parse(text);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  public boolean isEmpty() {
    return texts.isEmpty();
  }

  public boolean contains(InetAddress address) {
    if (texts.isEmpty()) {
      return false;
    }
    Ip ip = Ip.of(address);
    return ip.isV4() ? v4.contains(ip, MAPPED_BITS) : v6.contains(ip, 0);
  }

  /** As they were given. */
  public List<String> texts() {
    return texts;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CidrSet set && set.texts.equals(texts);
  }

  @Override
  public int hashCode() {
    return texts.hashCode();
  }

  @Override
  public String toString() {
    return texts.toString();
  }

  /**
   * An address and how many of its first bits count, of 128.
   *
   * @param v4 whether it holds IPv4 addresses and nothing else
   */
  private record Network(Ip address, int bits, boolean v4) {
    static Network parse(String text) {
      int slash = text.indexOf('/');
      String host = slash < 0 ? text : text.substring(0, slash);
      Ip address = Ip.parse(host);
      if (address == null) {
        throw new IllegalArgumentException(
            "\"" + text + "\" is no IPv4 or IPv6 address or network");
      }
      int width = host.indexOf(':') < 0 ? 32 : 128;
      int bits = 128 - width + (slash < 0 ? width : prefix(text, text.substring(slash + 1), width));
      for (int i = bits; i < 128; i++) {
        if (bit(address, i) != 0) {
          throw new IllegalArgumentException(
              "\""
                  + text
                  + "\" has bits beyond its prefix: write the network's own address, or /"
                  + width
                  + " for one host");
        }
      }
      return new Network(address, bits, address.isV4() && bits >= MAPPED_BITS);
    }

    private static int prefix(String text, String length, int width) {
      boolean digits =
          !length.isEmpty()
              && length.length() <= 3
              && length.chars().allMatch(c -> c >= '0' && c <= '9');
      if (!digits
          || length.length() > 1 && length.charAt(0) == '0'
          || Integer.parseInt(length) > width) {
        throw new IllegalArgumentException(
            "\"" + text + "\": the prefix length is a number from 0 to " + width);
      }
      return Integer.parseInt(length);
    }
  }

  private static int bit(Ip address, int at) {
    return (int) ((at < 64 ? address.high() : address.low()) >>> (63 - (at & 63))) & 1;
  }

  /** Nodes in one array: two children each, 0 for none; the root is node 0. */
  private static final class Trie {
    private static final int FULL = -1;
    private int[] children = new int[2];
    private int nodes = 1;

    /** Whether the network of length 0 is in. */
    private boolean all;

    void add(Ip address, int from, int bits) {
      if (bits == from) {
        all = true;
        return;
      }
      int node = 0;
      for (int i = from; i < bits; i++) {
        int at = 2 * node + bit(address, i);
        if (children[at] == FULL) {
          return; // A wider network holds it already.
        }
        if (i == bits - 1) {
          children[at] = FULL;
        } else if (children[at] == 0) {
          children[at] = nodes++;
          if (children.length < 2 * nodes) {
            children = Arrays.copyOf(children, 4 * nodes);
          }
        }
        node = children[at];
      }
    }

    boolean contains(Ip address, int from) {
      if (all) {
        return true;
      }
      int node = 0;
      for (int i = from; i < 128; i++) {
        node = children[2 * node + bit(address, i)];
        if (node <= 0) {
          return node == FULL;
        }
      }
      return false;
    }
  }
}
