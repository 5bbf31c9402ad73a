package io.strmqtt.dist.plugin;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolutionException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One folder below {@code plugins/}: its jars are one module layer above the broker's, with a class
 * loader of its own, so that two plugins may bring different versions of one library.
 *
 * @param folder where the jars are
 * @param layer the modules in it; a jar without a descriptor is an automatic module
 */
record Plugin(Path folder, ModuleLayer layer) {

  /**
   * The plugins below the folder, in the order of their names. A folder that does not exist, and
   * those below it that hold no jar, are no plugins.
   *
   * @throws PluginException if a plugin cannot be loaded, or a jar lies where none is looked for
   */
  static List<Plugin> below(Path plugins) {
    if (!Files.isDirectory(plugins)) {
      return List.of();
    }
    for (Path stray : list(plugins, "*.jar")) {
      String name = stray.getFileName().toString().replaceFirst("\\.jar$", "");
      throw new PluginException(
          stray
              + ": each plugin has a folder of its own; move this one to "
              + plugins.resolve(name));
    }
    List<Plugin> found = new ArrayList<>();
    for (Path folder : list(plugins, "[!.]*")) {
      if (Files.isDirectory(folder) && !list(folder, "*.jar").isEmpty()) {
        found.add(load(folder));
      }
    }
    return List.copyOf(found);
  }

  String name() {
    return String.valueOf(folder.getFileName());
  }

  /** The names of the modules, sorted. */
  Set<String> modules() {
    return layer.modules().stream()
        .map(Module::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Plugin load(Path folder) {
    try {
      ModuleFinder finder = ModuleFinder.of(folder);
      Set<String> all =
          finder.findAll().stream()
              .map(module -> module.descriptor().name())
              .collect(Collectors.toSet());
      ModuleLayer broker = ModuleLayer.boot();
      Configuration resolved = broker.configuration().resolve(finder, ModuleFinder.of(), all);
      return new Plugin(
          folder, broker.defineModulesWithOneLoader(resolved, ClassLoader.getSystemClassLoader()));
    } catch (FindException
        | ResolutionException
        | LayerInstantiationException
        | SecurityException e) {
      throw new PluginException("plugin " + folder + " cannot be loaded: " + reasons(e));
    }
  }

  /** What went wrong and why, without the names of exception classes nobody outside knows. */
  static String reasons(Throwable e) {
    StringBuilder text = new StringBuilder();
    Throwable at = e;
    while (at != null) {
      String message = at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
      if (text.indexOf(message) < 0) {
        text.append(text.isEmpty() ? "" : ": ").append(message);
      }
      at = at.getCause();
    }
    return text.toString();
  }

  private static List<Path> list(Path folder, String glob) {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
      entries.forEach(paths::add);
    } catch (IOException | DirectoryIteratorException e) {
      throw new PluginException("folder " + folder + " cannot be read: " + reasons(e));
    }
    paths.sort(null);
    return paths;
  }
}
