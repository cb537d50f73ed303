package io.logitstream.systemtests.secured;

import io.logitstream.platform.access.AccessRight;
import io.logitstream.platform.access.NeededRights;
import io.logitstream.platform.access.ServiceRights;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.systemtests.secured.SecuredKafka.Identity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;

/** The command {@code system-tests/secured}: a secured cluster to try commands on. */
public final class SecuredCluster {
  private static final String USAGE =
      """
      Starts a broker with mutual TLS, SASL and an authorizer, and a registry behind TLS with a password, on free ports of this machine.

        system-tests/secured FOLDER

      FOLDER gets a file of settings for each user: admin, producer, teacher, trainer, indexer, follower (PLAIN), and NAME-scram and
      NAME-oauth. The topics' prefix is team. Each user has the rights that 'logitstream acls' prints, admin all. Lines of standard input:

        revoke USER RIGHT    takes one away, as it is printed: revoke teacher WRITE on topic team.prompts.dlq
        grant USER RIGHT     gives it back
        (end of input)       stops the cluster
      """;

  private final SecuredKafka kafka;
  private final SecuredRegistry registry;
  private final Path folder;
  private final Map<String, NeededRights> rights = new LinkedHashMap<>();

  private SecuredCluster(Path folder) throws Exception {
    this.folder = folder;
    this.kafka = new SecuredKafka(folder, Identity.SASL, SecuredPipeline.USERS);
    this.registry = new SecuredRegistry(kafka);
    ServiceRights all = new ServiceRights(SecuredPipeline.PREFIX);
    rights.put(SecuredPipeline.PRODUCER, all.producer(Services.SOURCE));
    rights.put(SecuredPipeline.TEACHER, all.teacher(Services.GROUP, List.of()));
    rights.put(SecuredPipeline.TRAINER, all.trainer(Services.RUN));
    rights.put(SecuredPipeline.INDEXER, all.index(Services.INDEX));
    rights.put(SecuredPipeline.FOLLOWER, all.follower(Services.RUN));
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 1 || arguments[0].startsWith("-")) {
      System.out.print(USAGE);
      System.exit(arguments.length == 1 && arguments[0].equals("--help") ? 0 : 2);
    }
    new SecuredCluster(Files.createDirectories(Path.of(arguments[0]).toAbsolutePath()))
        .run(
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
            System.out);
    System.exit(0);
  }

  private void run(BufferedReader input, PrintStream out) throws Exception {
    write("admin", kafka.superUser());
    for (String user : SecuredPipeline.USERS) {
      write(user, kafka.plain(user));
      write(user + "-scram", kafka.scram(user));
      write(user + "-oauth", kafka.oauth(user));
    }
    try (Admin admin =
        new KafkaClients(
                new KafkaSettings(
                    kafka.bootstrapServers(), registry.url(), "", false, kafka.superUser()),
                "admin")
            .admin()) {
      for (Map.Entry<String, NeededRights> user : rights.entrySet()) {
        kafka.addScramUser(admin, user.getKey());
        SecuredKafka.grant(admin, user.getKey(), user.getValue().rights());
      }
      out.printf("Kafka is at %s, the registry at %s%n", kafka.bootstrapServers(), registry.url());
      out.printf("logitstream topics create --config %s%n", folder.resolve("admin.properties"));
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        out.println(change(admin, line.strip()));
      }
    }
    registry.close();
    kafka.close();
  }

  private String change(Admin admin, String line) throws Exception {
    String[] words = line.split(" ", 3);
    NeededRights needed = words.length == 3 ? rights.get(words[1]) : null;
    List<AccessRight> named =
        needed == null
            ? List.of()
            : needed.rights().stream().filter(right -> right.toString().equals(words[2])).toList();
    if (named.isEmpty()) {
      return "no such user or right; expected: revoke|grant USER RIGHT";
    }
    switch (words[0]) {
      case "revoke" -> SecuredKafka.revoke(admin, words[1], named);
      case "grant" -> SecuredKafka.grant(admin, words[1], named);
      default -> {
        return "expected revoke or grant";
      }
    }
    return "done: " + line;
  }

  private void write(String name, Map<String, String> client) throws IOException {
    Map<String, String> settings = new TreeMap<>();
    client.forEach((key, value) -> settings.put("kafka." + key, value));
    settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
    settings.put("registry.url", registry.url());
    settings.put("registry.basic-auth", SecuredRegistry.USER_INFO);
    settings.put("registry.auto-register", "false");
    registry.trust().forEach((key, value) -> settings.put("registry.client." + key, value));
    settings.put("topics.prefix", SecuredPipeline.PREFIX);
    settings.put("topics.partitions", "2");
    settings.put("source.name", Services.SOURCE);
    settings.put("teacher.group", Services.GROUP);
    settings.put("run", Services.RUN);
    settings.put("index.group", Services.INDEX);
    StringBuilder lines = new StringBuilder();
    settings.forEach((key, value) -> lines.append(key).append('=').append(value).append('\n'));
    Files.writeString(folder.resolve(name + ".properties"), lines);
  }
}
