package io.strmqtt.dist.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.File;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads what a configuration file includes. The library takes a file that it cannot read for one
 * that is not there, and goes on without it: settings would vanish without a word. Here that is a
 * problem, and one that is not there a warning, or a problem if it is {@code required}.
 */
final class Includes
    implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
  private static final List<String> ENDINGS = List.of("", ".conf", ".json");

  private final List<Path> including;
  private final Findings findings;

  private Includes(List<Path> including, Findings findings) {
    this.including = including;
    this.findings = findings;
  }

  /** How a file is parsed, with what it includes. */
  static ConfigParseOptions options(Path file, Findings findings) {
    return options(List.of(file), findings).setAllowMissing(false);
  }

  private static ConfigParseOptions options(List<Path> files, Findings findings) {
    return ConfigParseOptions.defaults()
        .setSyntax(ConfigSyntax.CONF)
        .setIncluder(new Includes(files, findings));
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return this;
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    if (what.matches("[a-zA-Z][a-zA-Z0-9+.-]+:.*")) {
      return refused(what, "the name of a file", "a URL, which is not fetched");
    }
    return include(context, including.getLast().resolveSibling(what));
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    return include(context, including.getLast().resolveSibling(what.toPath()));
  }

  @Override
  public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
    return refused(what.toString(), "the name of a file", "a URL, which is not fetched");
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    return refused(what, "the name of a file", "a resource of a class path, where there is none");
  }

  private ConfigObject include(ConfigIncludeContext context, Path named) {
    List<Path> there =
        ENDINGS.stream()
            .map(ending -> named.resolveSibling(named.getFileName() + ending).normalize())
            .filter(path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS))
            .toList();
    if (there.isEmpty()) {
      if (context.parseOptions().getAllowMissing()) {
        findings.warning(
            including.getLast() + " includes " + named.normalize() + ", which does not exist");
        return ConfigFactory.empty().root();
      }
      return refused(named.normalize().toString(), "a file", "none there");
    }
    Path file = there.getFirst();
    if (including.contains(file)) {
      return refused(file.toString(), "a file that does not include itself", "a circle");
    }
    if (Files.isDirectory(file) || !Files.isReadable(file)) {
      return refused(
          file.toString(),
          "a file that can be read",
          Files.isDirectory(file) ? "a folder" : "one that cannot be read");
    }
    List<Path> deeper = Stream.concat(including.stream(), Stream.of(file)).toList();
    return ConfigFactory.parseFile(file.toFile(), options(deeper, findings).setAllowMissing(false))
        .root();
  }

  private ConfigObject refused(String what, String expected, String found) {
    findings.problem("include", including.getLast().toString(), expected, found + ": " + what);
    return ConfigFactory.empty().root();
  }
}
