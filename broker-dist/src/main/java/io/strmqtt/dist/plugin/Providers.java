package io.strmqtt.dist.plugin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The providers of the broker's own modules and of its plugins, chosen by name. A service must be
 * in a {@code uses} clause of this module.
 *
 * <p>Used on the starting thread only.
 */
public final class Providers {
  private static final Logger LOG = LogManager.getLogger(Providers.class);

  private final Path folder;
  private final List<Plugin> plugins;

  private Providers(Path folder, List<Plugin> plugins) {
    this.folder = folder;
    this.plugins = plugins;
  }

  /**
   * Loads the plugins: each folder below the given one that holds jars. Code of a plugin runs only
   * once a provider is looked for.
   *
   * @param folder {@code plugins/} of the installation; need not exist
   * @throws PluginException if a plugin cannot be loaded: a jar is broken, or a module is missing
   */
  public static Providers load(Path folder) {
    Path absolute = folder.toAbsolutePath().normalize();
    List<Plugin> plugins = Plugin.below(absolute);
    for (Plugin plugin : plugins) {
      LOG.info("event=plugin_loaded plugin={} modules={}", plugin.name(), plugin.modules());
    }
    return new Providers(absolute, plugins);
  }

  /**
   * The one provider of that name.
   *
   * @param nameOf how a provider says its name
   * @param wanted the name from the configuration
   * @param key the configuration key it comes from, for the error
   * @throws PluginException if there is none, or more than one, or a provider cannot be made
   */
  public <P> P choose(Class<P> service, Function<P, String> nameOf, String wanted, String key) {
    List<Found<P>> all = find(service, nameOf);
    List<Found<P>> named = all.stream().filter(found -> found.name.equals(wanted)).toList();
    return switch (named.size()) {
      case 0 ->
          throw new PluginException(
              key
                  + " = "
                  + wanted
                  + ": there is no provider of this name; there is "
                  + (all.isEmpty() ? "none at all" : join(all, Found::toString))
                  + "; plugins are looked for in "
                  + folder);
      case 1 -> named.getFirst().provider;
      default ->
          throw new PluginException(
              key
                  + " = "
                  + wanted
                  + ": more than one provider has this name: "
                  + join(named, found -> found.origin));
    };
  }

  /**
   * The only provider of a service that needs no choice.
   *
   * @param nameOf how a provider says its name
   * @throws PluginException if there is more than one, or it cannot be made
   */
  public <P> Optional<P> only(Class<P> service, Function<P, String> nameOf) {
    List<Found<P>> all = find(service, nameOf);
    if (all.size() > 1) {
      throw new PluginException(
          "only one "
              + service.getSimpleName()
              + " can be used, there are "
              + join(all, Found::toString));
    }
    return all.stream().map(found -> found.provider).findFirst();
  }

  private <P> List<Found<P>> find(Class<P> service, Function<P, String> nameOf) {
    List<Found<P>> all = new ArrayList<>();
    collect(service, nameOf, ModuleLayer.boot(), "built in", all);
    for (Plugin plugin : plugins) {
      collect(service, nameOf, plugin.layer(), plugin.folder().toString(), all);
    }
    return all;
  }

  private static <P> void collect(
      Class<P> service,
      Function<P, String> nameOf,
      ModuleLayer layer,
      String origin,
      List<Found<P>> into) {
    try {
      Iterator<ServiceLoader.Provider<P>> candidates =
          ServiceLoader.load(layer, service).stream().iterator();
      while (candidates.hasNext()) {
        ServiceLoader.Provider<P> candidate = candidates.next();
        // A layer shows what its parents provide, too: that is counted where it belongs.
        if (candidate.type().getModule().getLayer() == layer) {
          P provider = candidate.get();
          into.add(new Found<>(provider, nameOf.apply(provider), origin));
        }
      }
    } catch (ServiceConfigurationError | RuntimeException | LinkageError e) {
      // Constructors and name() are a plugin's code: whatever they throw is the plugin's failure.
      throw new PluginException(
          service.getSimpleName() + " of " + origin + " cannot be used: " + Plugin.reasons(e));
    }
  }

  private static <P> String join(List<Found<P>> all, Function<Found<P>, String> text) {
    return all.stream().map(text).collect(Collectors.joining(", "));
  }

  private record Found<P>(P provider, String name, String origin) {
    @Override
    public String toString() {
      return name + " (" + origin + ")";
    }
  }
}
