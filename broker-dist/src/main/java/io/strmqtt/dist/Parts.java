package io.strmqtt.dist;

import io.strmqtt.api.Settings;
import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.AuthenticatorProvider;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.auth.AuthorizerProvider;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import io.strmqtt.api.auth.EnhancedAuthenticatorProvider;
import io.strmqtt.api.store.Storage;
import io.strmqtt.api.store.StorageException;
import io.strmqtt.api.store.StorageProvider;
import io.strmqtt.api.store.StorageTerms;
import io.strmqtt.dist.config.BrokerConfig;
import io.strmqtt.dist.config.InvalidSetting;
import io.strmqtt.dist.plugin.PluginException;
import io.strmqtt.dist.plugin.Providers;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Makes the configured providers' products; what a provider refuses is a configuration error with
 * its key.
 */
final class Parts {
  private static final String ENHANCED = "authentication.enhanced";

  private final BrokerConfig config;
  private final Providers providers;

  Parts(BrokerConfig config, Providers providers) {
    this.config = config;
    this.providers = providers;
  }

  /**
   * Makes what can be made without touching data, and closes it again: says whether the configured
   * providers are there and take their settings.
   */
  void check() {
    authorizer().ifPresent(Authorizer::close);
    enhanced().forEach(EnhancedAuthenticator::close);
    authenticator().ifPresent(Authenticator::close);
    choose(
        StorageProvider.class,
        StorageProvider::name,
        config.storage().provider(),
        "storage.provider");
  }

  /**
   * @throws StorageException if the store cannot be opened
   */
  Storage storage() {
    StorageTerms terms =
        new StorageTerms(
            config.dataDir(),
            config.storage().durability(),
            config.storage().maxCommitDelay(),
            Clock.systemUTC());
    return make(
        StorageProvider.class,
        StorageProvider::name,
        (provider, settings) -> provider.open(terms, settings),
        "storage.provider",
        "storage." + config.storage().provider(),
        config.storage().provider(),
        config.storage().settings());
  }

  Optional<Authenticator> authenticator() {
    return config
        .authentication()
        .authenticator()
        .map(
            name ->
                make(
                    AuthenticatorProvider.class,
                    AuthenticatorProvider::name,
                    AuthenticatorProvider::create,
                    "authentication.authenticator",
                    "authentication." + name,
                    name,
                    config.authentication().settings()));
  }

  /** One for each chosen provider; no two of them serve the same method. */
  List<EnhancedAuthenticator> enhanced() {
    List<EnhancedAuthenticator> made = new ArrayList<>();
    Map<String, String> providers = new TreeMap<>();
    try {
      for (BrokerConfig.Enhanced chosen : config.authentication().enhanced()) {
        EnhancedAuthenticator authenticator =
            make(
                EnhancedAuthenticatorProvider.class,
                EnhancedAuthenticatorProvider::name,
                EnhancedAuthenticatorProvider::create,
                ENHANCED,
                "authentication." + chosen.provider(),
                chosen.provider(),
                chosen.settings());
        made.add(authenticator);
        for (String method : methods(chosen.provider(), authenticator)) {
          String other = providers.putIfAbsent(method, chosen.provider());
          if (other != null) {
            throw new InvalidSetting(
                ENHANCED, chosen.provider() + " and " + other + " both serve " + method);
          }
        }
      }
    } catch (InvalidSetting e) {
      made.forEach(EnhancedAuthenticator::close);
      throw e;
    }
    return made;
  }

  private static Set<String> methods(String provider, EnhancedAuthenticator authenticator) {
    Set<String> methods;
    try {
      methods = Set.copyOf(authenticator.methods());
    } catch (RuntimeException | LinkageError e) {
      throw new InvalidSetting(ENHANCED, "the provider " + provider + " failed: " + e);
    }
    if (methods.isEmpty()) {
      throw new InvalidSetting(ENHANCED, "the provider " + provider + " serves no method");
    }
    return methods;
  }

  Optional<Authorizer> authorizer() {
    return config
        .authorization()
        .authorizer()
        .map(
            name ->
                make(
                    AuthorizerProvider.class,
                    AuthorizerProvider::name,
                    AuthorizerProvider::create,
                    "authorization.authorizer",
                    "authorization." + name,
                    name,
                    config.authorization().settings()));
  }

  private <P, T> T make(
      Class<P> service,
      Function<P, String> nameOf,
      ProductOf<P, T> create,
      String key,
      String section,
      String name,
      Map<String, Object> values) {
    P provider = choose(service, nameOf, name, key);
    Settings settings = new Settings(values, config.home());
    T product;
    try {
      product = create.from(provider, settings);
    } catch (Settings.Invalid e) {
      String unknown =
          settings.unknown().isEmpty()
              ? ""
              : " (unknown here so far: " + String.join(", ", settings.unknown()) + ")";
      throw new InvalidSetting(section + "." + e.key(), e.getMessage() + unknown);
    } catch (StorageException e) {
      throw e; // Not the configuration's fault, and clear enough.
    } catch (RuntimeException | LinkageError e) {
      throw new InvalidSetting(key, "the provider " + name + " failed: " + e);
    }
    if (!settings.unknown().isEmpty()) {
      throw new InvalidSetting(
          section + "." + settings.unknown().iterator().next(), "the provider knows no such key");
    }
    return product;
  }

  private <P> P choose(Class<P> service, Function<P, String> nameOf, String name, String key) {
    try {
      return providers.choose(service, nameOf, name, key);
    } catch (PluginException e) {
      throw new InvalidSetting(key, String.valueOf(e.getMessage()));
    }
  }

  /** What a provider makes from its settings. */
  private interface ProductOf<P, T> {
    T from(P provider, Settings settings);
  }
}
