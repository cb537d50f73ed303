package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a copy of the repository's outline, with stand-ins for what it calls. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  @TempDir Path folder;
  private Path home;
  private Path tools;

  @BeforeEach
  void layOut() throws Exception {
    home = Files.createDirectories(folder.resolve("a path with spaces"));
    tools = Files.createDirectories(folder.resolve("tools"));
    Files.copy(Path.of("..", "logitstream"), home.resolve("logitstream"));
    assertThat(home.resolve("logitstream").toFile().setExecutable(true)).isTrue();
    Files.writeString(home.resolve("pom.xml"), "<project/>");
    Files.createDirectories(home.resolve("console/src/main/java"));
    Files.writeString(home.resolve("console/pom.xml"), "<project/>");
    Files.createDirectories(home.resolve("third_party"));
    tool("uname", "case $1 in -s) echo Linux ;; *) echo x86_64 ;; esac");
    tool(
        "java",
        "case $1 in",
        "-version) echo 'openjdk version \"17.0.1\" 2021-10-19' >&2 ;;",
        "--list-modules) echo jdk.compiler@17.0.1 ;;",
        "*) echo \"java ran with MALLOC_MMAP_MAX_=$MALLOC_MMAP_MAX_\"; printf '%s\\n' \"$@\" ;;",
        "esac");
    tool(
        "mvn",
        "echo built >>\"$BUILDS\"",
        "mkdir -p console/target/classes",
        "echo /repository/some.jar >console/target/classpath.txt",
        "echo '[INFO] Building Logitstream :: console [14/14]'");
  }

  @Test
  void buildsOnceAndThenRunsWithTheNativeEnvironment() throws Exception {
    Finished first = launch("score", "--text", "a file.txt");
    Finished second = launch("--version");

    assertThat(first.status()).isZero();
    assertThat(first.output())
        .contains("Building Logitstream", "MALLOC_MMAP_MAX_=0", "score", "a file.txt")
        .contains(home.toRealPath() + "/console/target/classes:/repository/some.jar")
        .contains("io.logitstream.console.Main");
    assertThat(second.output()).doesNotContain("Building");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void buildsAgainWhenASourceIsNewer() throws Exception {
    launch("--version");
    Path source = Files.writeString(home.resolve("console/src/main/java/New.java"), "class New {}");
    assertThat(source.toFile().setLastModified(System.currentTimeMillis() + 60_000)).isTrue();

    launch("--version");

    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void buildsAgainAfterTheRepositoryMoved() throws Exception {
    launch("--version");
    home = Files.move(home, folder.resolve("moved"));

    assertThat(launch("--version").output()).contains("Building");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void runsThroughASymbolicLink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), home.resolve("logitstream"));

    Finished finished = run(link.toString(), "--version");

    assertThat(finished.status()).isZero();
    assertThat(finished.output()).contains(home.toRealPath() + "/console/target/classes");
  }

  @Test
  void aFailedBuildIsShownAndRepeated() throws Exception {
    tool("mvn", "echo built >>\"$BUILDS\"", "echo '[ERROR] does not compile'", "exit 1");

    Finished failed = launch("--version");

    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.output())
        .contains("does not compile", "the build failed", "build.log")
        .doesNotContain("java ran");
    assertThat(launch("--version").status()).isEqualTo(1);
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void anOldJavaIsRefusedByName() throws Exception {
    tool("java", "echo 'openjdk version \"11.0.20\" 2023-07-18' >&2");
    assertRefused("Java 11", "JDK 17");

    tool("java", "echo 'java version \"1.8.0_381\"' >&2");
    assertRefused("Java 8", "JDK 17");
  }

  @Test
  void anotherPlatformIsRefusedByName() throws Exception {
    tool("uname", "case $1 in -s) echo SunOS ;; *) echo sparc ;; esac");

    assertRefused("SunOS on sparc", "Linux on x86_64 and aarch64");
  }

  @Test
  void aRuntimeWithoutACompilerCannotBuild() throws Exception {
    tool(
        "java",
        "case $1 in",
        "-version) echo 'openjdk version \"21\" 2023-09-19' >&2 ;;",
        "--list-modules) echo java.base@21 ;;",
        "esac");

    assertRefused("without a compiler");
  }

  private void assertRefused(String... words) throws Exception {
    Finished refused = launch("--version");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.output()).contains(words);
    assertThat(refused.output()).doesNotContain("java ran");
    assertThat(builds()).isZero();
  }

  private record Finished(int status, String output) {}

  private Finished launch(String... arguments) throws Exception {
    return run(home.resolve("logitstream").toString(), arguments);
  }

  private Finished run(String launcher, String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(launcher).redirectErrorStream(true);
    builder.command().addAll(List.of(arguments));
    Map<String, String> environment = builder.environment();
    environment.put("PATH", tools + ":" + environment.get("PATH"));
    environment.put("BUILDS", folder.resolve("builds").toString());
    environment.remove("JAVA_HOME");
    environment.remove("JDK_JAVA_OPTIONS");
    environment.remove("MALLOC_MMAP_MAX_");
    Process process = builder.directory(folder.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Finished(process.exitValue(), output);
  }

  private int builds() throws IOException {
    Path builds = folder.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
  }

  private void tool(String name, String... lines) throws IOException {
    Path file = tools.resolve(name);
    Files.writeString(file, "#!/usr/bin/env bash\n" + String.join("\n", lines) + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
