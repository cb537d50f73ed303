package io.logitstream.systemtests.secured;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * An authority and the certificates that it signs. The JDK's keytool makes keys, because the JDK
 * has no public interface for it.
 */
final class Certificates {
  static final String PASSWORD = "changeit";
  private static final String AUTHORITY = "authority";

  private final Path folder;
  private final Path authority;

  /** Makes an authority. */
  Certificates(Path folder) throws Exception {
    this.folder = folder;
    this.authority = folder.resolve(AUTHORITY + ".p12");
    if (Files.notExists(authority)) {
      keytool(authority, AUTHORITY, "-1000d", 10_000, "-ext", "bc:c");
      Certificate certificate = open(authority).getCertificate(AUTHORITY);
      Files.writeString(pemTrust(), pem(certificate));
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(AUTHORITY, certificate);
      save(trusted, trustStore());
    }
  }

  /**
   * Makes a key and its certificate for this machine, CN=NAME.
   *
   * @param startDate as keytool has it: {@code -30d} began thirty days ago
   * @return the key store, PKCS12, with this key alone
   */
  Path make(String name, String startDate, int validDays) throws Exception {
    return make(name, startDate, validDays, "ip:127.0.0.1,dns:localhost");
  }

  /** Makes a key and its certificate for hosts, as keytool has them: {@code dns:b.example}. */
  Path makeFor(String name, String hosts) throws Exception {
    return make(name, "-1d", 10, hosts);
  }

  private Path make(String name, String startDate, int validDays, String hosts) throws Exception {
    Path store = store(name);
    Files.copy(authority, store, StandardCopyOption.REPLACE_EXISTING);
    keytool(store, name, startDate, validDays, "-signer", AUTHORITY, "-ext", "san=" + hosts);
    KeyStore keys = open(store);
    keys.deleteEntry(AUTHORITY);
    save(keys, store);
    return store;
  }

  /** The key store of a key that was made. */
  Path store(String name) {
    return folder.resolve(name + ".p12");
  }

  /** The authority's certificate, PEM. */
  Path pemTrust() {
    return folder.resolve("trusted.pem");
  }

  /** The authority's certificate, PKCS12. */
  Path trustStore() {
    return folder.resolve("trusted.p12");
  }

  /** What a server with this key needs. */
  static SSLContext context(Path keyStore) throws Exception {
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(open(keyStore), PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private static KeyStore open(Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream input = Files.newInputStream(store)) {
      keys.load(input, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static void save(KeyStore keys, Path store) throws Exception {
    try (OutputStream output = Files.newOutputStream(store)) {
      keys.store(output, PASSWORD.toCharArray());
    }
  }

  private static String pem(Certificate certificate) throws Exception {
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
        .formatted(
            Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded()));
  }

  private static void keytool(
      Path store, String name, String startDate, int validDays, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    // One short start among many: what the compiler would gain, it costs.
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-Xshare:auto"));
    command.addAll(List.of("-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name));
    command.addAll(List.of("-startdate", startDate, "-validity", Integer.toString(validDays)));
    command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", PASSWORD));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
  }
}
