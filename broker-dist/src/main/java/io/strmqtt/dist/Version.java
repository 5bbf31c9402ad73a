package io.strmqtt.dist;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

/** The broker's version, from its module descriptor. */
public final class Version {
  private Version() {}

  /** Such as {@code 0.1.0}; {@code (development)} outside a module. */
  public static String text() {
    return Optional.ofNullable(Version.class.getModule().getDescriptor())
        .flatMap(ModuleDescriptor::rawVersion)
        .orElse("(development)");
  }
}
