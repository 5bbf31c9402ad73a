package io.strmqtt.dist.blackbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** This machine's loopback network. */
final class Loopback {
  /** Below the ports that the system hands out for connections. */
  private static final int FIRST_PORT = 20_000;

  private static final int LAST_PORT = 29_999;

  private static final boolean HAS_IPV6 = canBind("::1", 0);

  private Loopback() {}

  static boolean hasIpv6() {
    return HAS_IPV6;
  }

  /** Ports that nobody listens on, one for each name, for a program that cannot choose itself. */
  static Map<String, Integer> freePorts(Set<String> names) {
    int[] free =
        ThreadLocalRandom.current()
            .ints(FIRST_PORT, LAST_PORT + 1)
            .distinct()
            .filter(port -> canBind("127.0.0.1", port) && (!HAS_IPV6 || canBind("::1", port)))
            .limit(names.size())
            .toArray();
    Map<String, Integer> ports = new HashMap<>();
    for (String name : names) {
      ports.put(name, free[ports.size()]);
    }
    return ports;
  }

  private static boolean canBind(String address, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether the kernel knows an open connection between two IPv4 loopback sockets. */
  static boolean isConnected(String from, int fromPort, String to, int toPort) {
    String ends = " " + hex(from, fromPort) + " " + hex(to, toPort) + " 01 ";
    try {
      return Files.readString(Path.of("/proc/net/tcp")).contains(ends);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hex(String address, int port) {
    try {
      byte[] ip = InetAddress.getByName(address).getAddress();
      return "%02X%02X%02X%02X:%04X".formatted(ip[3], ip[2], ip[1], ip[0], port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
