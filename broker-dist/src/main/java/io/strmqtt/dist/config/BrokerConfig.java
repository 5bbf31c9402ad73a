package io.strmqtt.dist.config;

import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.store.Durability;
import io.strmqtt.core.Limits;
import io.strmqtt.core.SysSettings;
import io.strmqtt.proxy.CidrSet;
import io.strmqtt.transport.ListenerSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All that was configured, checked, with every default filled in.
 *
 * @param home the installation folder, absolute; relative paths in the configuration are below it
 * @param dataDir where stores keep their files, absolute; may not exist yet
 * @param listeners the enabled ones, in the order of the defaults, then by name; addresses are
 *     resolved
 * @param admin the HTTP API
 * @param authentication who may connect
 * @param authorization who may do what
 * @param storage where sessions live
 * @param limits what clients may use
 * @param sys the broker's own topics
 */
public record BrokerConfig(
    Path home,
    Path dataDir,
    List<ListenerSettings> listeners,
    Admin admin,
    Authentication authentication,
    Authorization authorization,
    Storage storage,
    Limits limits,
    Sys sys) {

  /**
   * The HTTP API.
   *
   * @param enabled whether it is served at all
   * @param bind a loopback address, as long as the API has no logins; port 0 takes any free one
   */
  public record Admin(boolean enabled, InetSocketAddress bind) {}

  /**
   * Who may connect.
   *
   * @param allowAnonymous whether a client without credentials is welcome, said explicitly
   * @param authenticator the name of the chosen provider
   * @param settings plain values of the section {@code authentication.<authenticator>}
   * @param enhanced the chosen providers of enhanced authentication (MQTT 5), in their order
   */
  public record Authentication(
      boolean allowAnonymous,
      Optional<String> authenticator,
      Map<String, Object> settings,
      List<Enhanced> enhanced) {

    /**
     * Nobody said who may connect: the listeners above are bound to loopback, whatever was
     * configured.
     */
    public boolean loopbackOnly() {
      return !allowAnonymous && authenticator.isEmpty() && enhanced.isEmpty();
    }
  }

  /**
   * A provider of authentication methods.
   *
   * @param provider its name
   * @param settings plain values of the section {@code authentication.<provider>}
   */
  public record Enhanced(String provider, Map<String, Object> settings) {}

  /**
   * Who may do what.
   *
   * @param authorizer the name of the chosen provider
   * @param settings plain values of the section {@code authorization.<authorizer>}
   */
  public record Authorization(Optional<String> authorizer, Map<String, Object> settings) {}

  /**
   * The broker's own topics, and who may read them.
   *
   * @param interval between two publications, zero for none
   * @param networks of clients that may, by their effective address
   * @param users names of users that may
   */
  public record Sys(Duration interval, CidrSet networks, Set<String> users) {
    public SysSettings forEngine() {
      return new SysSettings(interval, this::mayRead);
    }

    private boolean mayRead(Authorizer.Subject subject) {
      InetAddress address = subject.endpoint().client().getAddress();
      return address != null && networks.contains(address) || users.contains(subject.username());
    }
  }

  /**
   * Where sessions live.
   *
   * @param provider the name of the chosen provider
   * @param durability what an acknowledgement promises
   * @param maxCommitDelay how long a commit may wait for others, 0 to 1 s
   * @param settings plain values of the section {@code storage.<provider>}
   */
  public record Storage(
      String provider,
      Durability durability,
      Duration maxCommitDelay,
      Map<String, Object> settings) {}
}
