package io.strmqtt.dist.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.api.Reason;
import io.strmqtt.api.Settings;
import io.strmqtt.api.admin.AdminProvider;
import io.strmqtt.api.auth.AuthOutcome;
import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.AuthenticatorProvider;
import io.strmqtt.api.auth.ConnectAttempt;
import io.strmqtt.api.store.StorageProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvidersTest {
  private static final String KEY = "authentication.authenticator";

  @TempDir Path work;
  private Path plugins;
  private PluginJar jars;

  @BeforeEach
  void emptyPluginsFolder() throws IOException {
    plugins = Files.createDirectory(work.resolve("plugins"));
    jars = new PluginJar(work);
  }

  @Test
  void anAuthenticatorFromAPluginDecides() throws Exception {
    jars.example(plugins.resolve("house/house.jar"));

    Authenticator authenticator =
        authenticator("house-password")
            .create(new Settings(Map.of("password", "open sesame"), work));

    assertThat(decide(authenticator, "open sesame")).isEqualTo(new AuthOutcome.Accepted("ali"));
    assertThat(decide(authenticator, "open wheat"))
        .isEqualTo(new AuthOutcome.Rejected(Reason.BAD_CREDENTIALS));
  }

  @Test
  void aJarWithoutModuleDescriptorIsAPluginToo() throws Exception {
    plain("guard", "guard", "plain");

    assertThat(authenticator("plain").name()).isEqualTo("plain");
  }

  @Test
  void pluginsMayBringDifferentVersionsOfOneClass() throws Exception {
    plain("one", "guard", "first");
    plain("two", "guard", "second");

    Providers providers = Providers.load(plugins);

    assertThat(choose(providers, "first").name()).isEqualTo("first");
    assertThat(choose(providers, "second").name()).isEqualTo("second");
  }

  @Test
  void theBrokersOwnProvidersAreFoundWithoutAnyPlugin() {
    StorageProvider memory =
        Providers.load(work.resolve("absent"))
            .choose(StorageProvider.class, StorageProvider::name, "memory", "storage.provider");

    assertThat(memory.name()).isEqualTo("memory");
  }

  @Test
  void aMissingProviderIsAnErrorThatListsWhatIsThereAndWhereItLooked() throws Exception {
    jars.example(plugins.resolve("house/house.jar"));

    assertThatExceptionOfType(PluginException.class)
        .isThrownBy(() -> authenticator("ldap"))
        .withMessageStartingWith(KEY + " = ldap: there is no provider of this name; there is ")
        .withMessageContaining("house-password (" + plugins.resolve("house") + ")")
        .withMessageEndingWith("plugins are looked for in " + plugins)
        .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
  }

  @Test
  void twoProvidersOfOneNameAreAnErrorThatSaysWhereTheyAre() throws Exception {
    jars.example(plugins.resolve("a/house.jar"));
    jars.example(plugins.resolve("b/house.jar"));

    assertThatExceptionOfType(PluginException.class)
        .isThrownBy(() -> authenticator("house-password"))
        .withMessage(
            "%s = house-password: more than one provider has this name: %s, %s",
            KEY, plugins.resolve("a"), plugins.resolve("b"));
  }

  @Test
  void theOnlyProviderOfAServiceIsOptional() throws Exception {
    plain("one", "guard", "first");
    Providers providers = Providers.load(plugins);
    assertThat(providers.only(AdminProvider.class, AdminProvider::name)).isPresent();
    plain("two", "guard", "second");

    assertThatExceptionOfType(PluginException.class)
        .isThrownBy(
            () ->
                Providers.load(plugins)
                    .only(AuthenticatorProvider.class, AuthenticatorProvider::name))
        .withMessageStartingWith("only one AuthenticatorProvider can be used, there are ")
        .withMessageContaining("first (" + plugins.resolve("one") + ")")
        .withMessageContaining("second (" + plugins.resolve("two") + ")");
  }

  @Test
  void aJarThatIsNoJarIsAnErrorThatNamesTheFolder() throws Exception {
    Path folder = Files.createDirectory(plugins.resolve("broken"));
    Files.writeString(folder.resolve("broken.jar"), "not a zip file");

    assertThatExceptionOfType(PluginException.class)
        .isThrownBy(() -> Providers.load(plugins))
        .withMessageStartingWith("plugin " + folder + " cannot be loaded: ")
        .withMessageContaining("broken.jar");
  }

  @Test
  void aModuleThatIsNotThereIsAnErrorThatNamesTheFolderAndTheModule() throws Exception {
    Path library = work.resolve("library/com.example.library.jar");
    jars.pack(Map.of("module-info.java", "module com.example.library {}"), library);
    jars.pack(
        Map.of("module-info.java", "module lonely { requires com.example.library; }"),
        plugins.resolve("lonely/lonely.jar"),
        library);

    assertThatExceptionOfType(PluginException.class)
        .isThrownBy(() -> Providers.load(plugins))
        .withMessageStartingWith("plugin " + plugins.resolve("lonely") + " cannot be loaded: ")
        .withMessageContaining("com.example.library not found");
  }

  @Test
  void aProviderThatCannotBeMadeIsAnErrorThatNamesThePlugin() throws Exception {
    jars.pack(
        Map.of(
            "META-INF/services/" + AuthenticatorProvider.class.getName(),
            "guard.Guard",
            "guard/Guard.java",
            source("guard", "x", "throw new IllegalStateException(\"no luck\");")),
        plugins.resolve("unlucky/unlucky.jar"));

    assertThatExceptionOfType(PluginException.class)
        .isThrownBy(() -> authenticator("x"))
        .withMessageStartingWith(
            "AuthenticatorProvider of " + plugins.resolve("unlucky") + " cannot be used: ")
        .withMessageEndingWith("no luck");
  }

  @Test
  void aJarThatLiesDirectlyInThePluginsFolderIsAnErrorThatSaysWhereItBelongs() throws Exception {
    Path stray = jars.example(plugins.resolve("house.jar"));

    assertThatExceptionOfType(PluginException.class)
        .isThrownBy(() -> Providers.load(plugins))
        .withMessage(
            "%s: each plugin has a folder of its own; move this one to %s",
            stray, plugins.resolve("house"));
  }

  @Test
  void foldersWithoutJarsAndHiddenFoldersAreNoPlugins() throws Exception {
    Files.createDirectories(plugins.resolve("notes/old"));
    Path hidden = Files.createDirectory(plugins.resolve(".trash"));
    Files.writeString(hidden.resolve("broken.jar"), "not a zip file");

    assertThat(Plugin.below(plugins)).isEmpty();
  }

  private AuthenticatorProvider authenticator(String name) {
    return choose(Providers.load(plugins), name);
  }

  private static AuthenticatorProvider choose(Providers providers, String name) {
    return providers.choose(AuthenticatorProvider.class, AuthenticatorProvider::name, name, KEY);
  }

  private void plain(String folder, String packageName, String name) throws IOException {
    jars.pack(
        Map.of(
            "META-INF/services/" + AuthenticatorProvider.class.getName(),
            packageName + ".Guard",
            packageName + "/Guard.java",
            source(packageName, name, "")),
        plugins.resolve(folder).resolve(folder + ".jar"));
  }

  private static String source(String packageName, String name, String constructor) {
    return """
        package %s;

        public final class Guard implements io.strmqtt.api.auth.AuthenticatorProvider {
          public Guard() { %s }

          @Override public String name() { return "%s"; }

          @Override public io.strmqtt.api.auth.Authenticator create(io.strmqtt.api.Settings settings) {
            throw new UnsupportedOperationException();
          }
        }
        """
        .formatted(packageName, constructor, name);
  }

  private static AuthOutcome decide(Authenticator authenticator, String password) {
    InetSocketAddress here = new InetSocketAddress("127.0.0.1", 1883);
    ConnectAttempt attempt =
        new ConnectAttempt(
            "lamp",
            Optional.of("ali"),
            Optional.of(password.getBytes(UTF_8)),
            ProtocolVersion.MQTT_5,
            true,
            ClientEndpoint.direct(here, here, "tcp"));
    return authenticator.authenticate(attempt).toCompletableFuture().join();
  }
}
