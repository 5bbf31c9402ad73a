package io.strmqtt.dist.plugin;

import io.strmqtt.api.auth.AuthenticatorProvider;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** Compiles and packs plugins, as the author of one would. */
public final class PluginJar {
  private static final Path EXAMPLE = Path.of("src/test/plugin-example");
  private static final Path STORAGE = Path.of("src/test/plugin-storage");

  private final Path work;

  /**
   * @param work a folder for what lies between source and jar
   */
  public PluginJar(Path work) {
    this.work = work;
  }

  /** Packs the example that the README shows; its authenticator is called house-password. */
  public Path example(Path jar) throws IOException {
    return compile(EXAMPLE, jar);
  }

  /** Packs a storage provider, as far as it goes; it is called shelf. */
  Path storage(Path jar) throws IOException {
    return compile(STORAGE, jar);
  }

  /** The same, with a mistake: these words in place of those. */
  Path storage(Path jar, String words, String others) throws IOException {
    Map<String, String> files = new HashMap<>();
    for (Path file : files(STORAGE)) {
      files.put(STORAGE.relativize(file).toString(), Files.readString(file).replace(words, others));
    }
    return pack(files, jar);
  }

  /** Packs sources and resources given as path and text, compiled against the libraries, too. */
  public Path pack(Map<String, String> files, Path jar, Path... libraries) throws IOException {
    Path sources = Files.createTempDirectory(work, "sources");
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = sources.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    return compile(sources, jar, libraries);
  }

  private Path compile(Path sources, Path jar, Path... libraries) throws IOException {
    Path classes = Files.createTempDirectory(work, "classes");
    boolean modular = Files.exists(sources.resolve("module-info.java"));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                modular ? "--module-path" : "--class-path",
                Stream.concat(
                        Stream.of(jarOf(AuthenticatorProvider.class), jarOf(NullMarked.class)),
                        Stream.of(libraries))
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator)),
                "-d",
                classes.toString()));
    for (Path file : files(sources)) {
      if (file.toString().endsWith(".java")) {
        arguments.add(file.toString());
      } else {
        Path copy = classes.resolve(sources.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    StringWriter out = new StringWriter();
    PrintWriter printer = new PrintWriter(out);
    ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
    if (javac.run(printer, printer, arguments.toArray(String[]::new)) != 0) {
      throw new IllegalArgumentException(out.toString());
    }
    Files.createDirectories(jar.getParent());
    try (JarOutputStream packed = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Path file : files(classes)) {
        packed.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, packed);
      }
    }
    return jar;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(Files::isRegularFile).toList();
    }
  }

  private static Path jarOf(Class<?> one) {
    try {
      return Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
