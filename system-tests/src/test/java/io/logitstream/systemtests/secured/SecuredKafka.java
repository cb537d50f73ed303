package io.logitstream.systemtests.secured;

import static org.awaitility.Awaitility.await;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.platform.access.AccessRight;
import io.logitstream.systemtests.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.resource.ResourcePatternFilter;

/**
 * A broker as it is run where others are: TLS, clients that must say who they are, and an
 * authorizer that allows nothing that was not granted. The password of a user is NAME-secret.
 */
final class SecuredKafka implements AutoCloseable {
  /** May do everything. */
  static final String SUPER_USER = "broker";

  private static final Duration FOLLOWED_WITHIN = Duration.ofMinutes(1);
  private static final String MODULES = "org.apache.kafka.common.security.";
  private static final String PLAIN = MODULES + "plain.PlainLoginModule required";
  private static final String SCRAM = MODULES + "scram.ScramLoginModule required";
  private static final String OAUTH = MODULES + "oauthbearer.OAuthBearerLoginModule required;";
  private static final String ALLOWED_URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

  /** How clients say who they are. */
  enum Identity {
    /** They do not, and everybody may do everything. */
    NONE,
    /** By their certificate alone. */
    CERTIFICATE,
    /** By SASL; a certificate is asked for too. */
    SASL
  }

  private final Identity identity;
  private final Certificates certificates;
  private final TokenServer tokens;
  private final EmbeddedBroker broker;
  private final Path clientStore;
  private final String internalAddress;

  /**
   * Starts a broker.
   *
   * @param users who may log in with PLAIN
   */
  SecuredKafka(Path folder, Identity identity, List<String> users) throws Exception {
    this.identity = identity;
    this.certificates = new Certificates(folder);
    this.clientStore = certificates.make("client", "-1d", 10);
    this.tokens = new TokenServer();
    List<Integer> ports = FreePorts.find(3);
    this.internalAddress = "127.0.0.1:" + ports.get(1);
    Map<String, String> properties = new HashMap<>();
    listeners(properties, "127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(2));
    tls(properties);
    switch (identity) {
      case NONE -> {}
      case CERTIFICATE -> {
        properties.put("ssl.client.auth", "required");
        properties.put("ssl.principal.mapping.rules", "RULE:^CN=(.*)$/$1/");
        authorizer(properties);
      }
      case SASL -> {
        // Without the listener's name Kafka does not ask clients of SASL_SSL for a certificate.
        properties.put("listener.name.clients.ssl.client.auth", "required");
        sasl(properties, users, tokens.writeKeys(folder.resolve("keys.json")));
        authorizer(properties);
      }
    }
    this.broker =
        EmbeddedBroker.start(
            new EmbeddedBrokerSettings(folder.resolve("kafka"), ports.get(0), properties));
  }

  private void listeners(Map<String, String> properties, String clients, String controller) {
    String brokers = "CLIENTS://%s,INTERNAL://%s".formatted(clients, internalAddress);
    properties.put("listeners", brokers + ",CONTROLLER://" + controller);
    properties.put("advertised.listeners", brokers);
    properties.put(
        "listener.security.protocol.map",
        "CLIENTS:%s,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT".formatted(protocol()));
    properties.put("inter.broker.listener.name", "INTERNAL");
    properties.put("controller.quorum.voters", "1@" + controller);
  }

  private void tls(Map<String, String> properties) throws Exception {
    properties.put("ssl.keystore.type", "PKCS12");
    properties.put("ssl.keystore.location", certificates.make(SUPER_USER, "-1d", 10).toString());
    properties.put("ssl.keystore.password", Certificates.PASSWORD);
    properties.put("ssl.key.password", Certificates.PASSWORD);
    properties.put("ssl.truststore.type", "PEM");
    properties.put("ssl.truststore.location", certificates.pemTrust().toString());
  }

  private static void authorizer(Map<String, String> properties) {
    properties.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    // Nobody but this process knows the other listeners.
    properties.put("super.users", "User:%s;User:ANONYMOUS".formatted(SUPER_USER));
  }

  private void sasl(Map<String, String> properties, List<String> users, Path keys) {
    properties.put("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-512,OAUTHBEARER");
    StringBuilder jaas = new StringBuilder(PLAIN);
    jaas.append(" user_%s=\"%s\"".formatted(SUPER_USER, password(SUPER_USER)));
    users.forEach(user -> jaas.append(" user_%s=\"%s\"".formatted(user, password(user))));
    properties.put("listener.name.clients.plain.sasl.jaas.config", jaas + ";");
    properties.put("listener.name.clients.scram-sha-512.sasl.jaas.config", SCRAM + ";");
    String oauth = "listener.name.clients.oauthbearer.sasl.";
    properties.put(oauth + "jaas.config", OAUTH);
    properties.put(
        oauth + "server.callback.handler.class",
        MODULES + "oauthbearer.OAuthBearerValidatorCallbackHandler");
    properties.put("sasl.oauthbearer.jwks.endpoint.url", keys.toUri().toString());
    properties.put("sasl.oauthbearer.expected.issuer", TokenServer.ISSUER);
    properties.put("sasl.oauthbearer.expected.audience", TokenServer.AUDIENCE);
    System.setProperty(ALLOWED_URLS, keys.toUri() + "," + tokens.url());
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** Where who runs the cluster reaches it without a password: the registry's store, say. */
  String internalAddress() {
    return internalAddress;
  }

  Certificates certificates() {
    return certificates;
  }

  /** Settings of Kafka's clients for who does not say who it is. */
  Map<String, String> anonymous() {
    Map<String, String> settings = new HashMap<>();
    settings.put("security.protocol", protocol());
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", certificates.pemTrust().toString());
    return settings;
  }

  /** Settings of Kafka's clients for the owner of a certificate. */
  Map<String, String> certificate(Path keyStore) {
    Map<String, String> settings = anonymous();
    settings.put("ssl.keystore.type", "PKCS12");
    settings.put("ssl.keystore.location", keyStore.toString());
    settings.put("ssl.keystore.password", Certificates.PASSWORD);
    settings.put("ssl.key.password", Certificates.PASSWORD);
    return settings;
  }

  /** Settings of Kafka's clients for a user who logs in with PLAIN. */
  Map<String, String> plain(String user) {
    return sasl("PLAIN", login(PLAIN, user));
  }

  /** Settings of Kafka's clients for a user who logs in with SCRAM. */
  Map<String, String> scram(String user) {
    return sasl("SCRAM-SHA-512", login(SCRAM, user));
  }

  /** Settings of Kafka's clients for a user who logs in with a token. */
  Map<String, String> oauth(String user) {
    Map<String, String> settings = sasl("OAUTHBEARER", OAUTH);
    settings.put(
        "sasl.login.callback.handler.class",
        MODULES + "oauthbearer.OAuthBearerLoginCallbackHandler");
    settings.put("sasl.oauthbearer.token.endpoint.url", tokens.url());
    settings.put("sasl.oauthbearer.client.credentials.client.id", user);
    settings.put("sasl.oauthbearer.client.credentials.client.secret", password(user));
    return settings;
  }

  /** Settings of Kafka's clients for who may do everything. */
  Map<String, String> superUser() {
    return switch (identity) {
      case NONE -> anonymous();
      case CERTIFICATE -> certificate(certificates.store(SUPER_USER));
      case SASL -> plain(SUPER_USER);
    };
  }

  /** Adds a user of SCRAM; the broker follows the controller, which answers. */
  void addScramUser(Admin admin, String user) throws Exception {
    admin
        .alterUserScramCredentials(
            List.of(
                new UserScramCredentialUpsertion(
                    user,
                    new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                    password(user))))
        .all()
        .get();
    await().atMost(FOLLOWED_WITHIN).until(() -> logsIn(scram(user)));
  }

  private boolean logsIn(Map<String, String> client) throws Exception {
    Map<String, Object> settings = new HashMap<>(client);
    settings.put("bootstrap.servers", bootstrapServers());
    try (Admin admin = Admin.create(settings)) {
      return !admin.describeCluster().clusterId().get().isEmpty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SaslAuthenticationException) {
        return false;
      }
      throw e;
    }
  }

  /** Grants rights, and waits until the broker grants them. */
  static void grant(Admin admin, String user, Collection<AccessRight> rights) throws Exception {
    List<AclBinding> bindings = bindings(user, rights);
    admin.createAcls(bindings).all().get();
    await().atMost(FOLLOWED_WITHIN).until(() -> granted(admin, user).containsAll(bindings));
  }

  /** Takes rights away, and waits until the broker grants none of them. */
  static void revoke(Admin admin, String user, Collection<AccessRight> rights) throws Exception {
    List<AclBinding> bindings = bindings(user, rights);
    admin.deleteAcls(bindings.stream().map(AclBinding::toFilter).toList()).all().get();
    await()
        .atMost(FOLLOWED_WITHIN)
        .until(() -> Collections.disjoint(granted(admin, user), bindings));
  }

  /** What the broker's own authorizer knows; a change is answered by the controller's. */
  private static Set<AclBinding> granted(Admin admin, String user) throws Exception {
    AccessControlEntryFilter everything =
        new AccessControlEntryFilter("User:" + user, null, AclOperation.ANY, AclPermissionType.ANY);
    return Set.copyOf(
        admin
            .describeAcls(new AclBindingFilter(ResourcePatternFilter.ANY, everything))
            .values()
            .get());
  }

  static String password(String user) {
    return user + "-secret";
  }

  private static List<AclBinding> bindings(String user, Collection<AccessRight> rights) {
    return rights.stream().map(right -> right.binding("User:" + user)).toList();
  }

  private String protocol() {
    return identity == Identity.SASL ? "SASL_SSL" : "SSL";
  }

  private Map<String, String> sasl(String mechanism, String jaas) {
    Map<String, String> settings = certificate(clientStore);
    settings.put("sasl.mechanism", mechanism);
    settings.put("sasl.jaas.config", jaas);
    return settings;
  }

  private static String login(String module, String user) {
    return "%s username=\"%s\" password=\"%s\";".formatted(module, user, password(user));
  }

  @Override
  public void close() {
    broker.close();
    tokens.close();
  }
}
