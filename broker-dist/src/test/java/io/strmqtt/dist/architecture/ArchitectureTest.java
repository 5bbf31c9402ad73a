package io.strmqtt.dist.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.strmqtt.conformance.Normative;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final List<String> MODULES =
      List.of(
          "conformance", "api", "mqtt", "proxy", "core", "session", "transport", "admin", "dist");
  private static JavaClasses all;

  @BeforeAll
  static void readTheClassesOfAllModules() {
    all =
        new ClassFileImporter()
            .importPaths(
                MODULES.stream().map(m -> Path.of("../broker-" + m + "/target/classes")).toList());
    for (String module : MODULES) {
      assertThat(all).anyMatch(c -> c.getPackageName().startsWith("io.strmqtt." + module));
    }
  }

  @Test
  void onlyTransportAndProxyAskASocketForItsAddress() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.strmqtt.transport..", "io.strmqtt.proxy..")
        .should()
        .callMethodWhere(
            com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                com.tngtech.archunit.core.domain.properties.HasName.Predicates.name(
                    "remoteAddress")))
        .check(all);
  }

  @Test
  void theApiKnowsNoNetty() {
    noClasses()
        .that()
        .resideInAPackage("io.strmqtt.api..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty..", "org.apache..", "com.typesafe..")
        .check(all);
  }

  @Test
  void theEngineKnowsNoPipelines() {
    noClasses()
        .that()
        .resideInAPackage("io.strmqtt.core..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("io.netty.channel.ChannelHandlerContext")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("io.netty.channel.ChannelPipeline")
        .check(all);
  }

  @Test
  void routingKnowsNeitherSessionsNorConnections() {
    noClasses()
        .that()
        .resideInAPackage("io.strmqtt.core.routing..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.strmqtt.core.session..", "io.strmqtt.core.connection..")
        .check(all);
    noClasses()
        .that()
        .resideInAPackage("io.strmqtt.core.session..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.strmqtt.core.connection..")
        .check(all);
  }

  /** A broker that dials out would have to be a conforming client, too. */
  @Test
  @Normative(v311 = "MQTT-7.0.0-1")
  void theBrokerDialsNobody() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.strmqtt.dist.cli.proxy..") // the probe, which is a command
        .and()
        // Of X509ExtendedTrustManager, whose methods name sockets.
        .doNotHaveFullyQualifiedName("io.strmqtt.transport.ClientTrust")
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "io\\.netty\\.bootstrap\\.Bootstrap|java\\.net\\.(Socket|URLConnection|http\\..*)"
                + "|java\\.nio\\.channels\\..*SocketChannel")
        .check(all);
  }

  @Test
  void namesSayWhatAThingIs() {
    classes().should().haveNameNotMatching(".*(Impl|Manager|Helper|Utils?|Base)").check(all);
  }

  @Test
  void nothingStaticChanges() {
    fields()
        .that()
        .areStatic()
        .and()
        .doNotHaveName("$assertionsDisabled")
        .should()
        .beFinal()
        .check(all);
  }

  @Test
  void noFileIsLongerThanSixHundredLines() throws IOException {
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(Path.of("../broker-" + module + "/src"))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          assertThat(Files.readAllLines(file).size()).as(file.toString()).isLessThanOrEqualTo(600);
        }
      }
    }
  }
}
