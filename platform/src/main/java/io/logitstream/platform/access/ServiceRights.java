package io.logitstream.platform.access;

import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;

import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.topics.Topic;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/**
 * The least rights of each service. READ and WRITE imply DESCRIBE; DESCRIBE_CONFIGS is needed
 * because every service verifies its topics when it starts.
 */
public final class ServiceRights {
  private final String prefix;

  /**
   * @param topicPrefix what the names of the pipeline's topics begin with; empty for none
   */
  public ServiceRights(String topicPrefix) {
    this.prefix = topicPrefix;
  }

  /** Creating the topics: {@code topics create}. */
  public NeededRights topics() {
    Rights rights = new Rights();
    for (Topic topic : Topic.values()) {
      rights.topic(topic, CREATE, DESCRIBE, DESCRIBE_CONFIGS);
      if (topic.hasDeadLetters()) {
        rights.deadLetters(topic, CREATE, DESCRIBE, DESCRIBE_CONFIGS);
      }
    }
    return rights.of("topics");
  }

  /** Publishing the prompts of a source, whatever the intake. */
  public NeededRights producer(String source) {
    return new Rights()
        .topic(Topic.PROMPTS, WRITE, DESCRIBE_CONFIGS)
        .topic(Topic.SOURCE_POSITIONS, READ, WRITE, DESCRIBE_CONFIGS)
        .add(AccessRight.transactions(prefix + "source-" + source, WRITE))
        .of("producer --name " + source);
  }

  /**
   * Scoring prompts.
   *
   * @param group the teachers' consumer group
   * @param backpressureGroups groups whose lag the teacher looks at
   */
  public NeededRights teacher(String group, List<String> backpressureGroups) {
    Rights rights =
        new Rights()
            .topic(Topic.PROMPTS, READ, DESCRIBE_CONFIGS)
            .deadLetters(Topic.PROMPTS, WRITE, DESCRIBE_CONFIGS)
            .topic(Topic.TEACHER_LOGITS, WRITE, DESCRIBE_CONFIGS)
            .topic(Topic.EVALUATION_LOGITS, WRITE, DESCRIBE_CONFIGS)
            .topic(Topic.LOGIT_PRIORS, READ, WRITE, DESCRIBE_CONFIGS)
            .add(AccessRight.group(group, READ))
            // Each instance has an id of its own.
            .add(AccessRight.transactionsOf(prefix + group + "-", WRITE));
    backpressureGroups.stream()
        .distinct()
        .forEach(watched -> rights.add(AccessRight.group(watched, DESCRIBE)));
    return rights.of(
        "teacher --name "
            + group
            + (backpressureGroups.isEmpty()
                ? ""
                : " --set backpressure.groups=" + String.join(",", backpressureGroups)));
  }

  /** Training a run. */
  public NeededRights trainer(String run) {
    return new Rights()
        .topic(Topic.TEACHER_LOGITS, READ, DESCRIBE_CONFIGS)
        .deadLetters(Topic.TEACHER_LOGITS, WRITE, DESCRIBE_CONFIGS)
        .topic(Topic.EVALUATION_LOGITS, READ, DESCRIBE_CONFIGS)
        .deadLetters(Topic.EVALUATION_LOGITS, WRITE, DESCRIBE_CONFIGS)
        .topic(Topic.LOGIT_PRIORS, READ, DESCRIBE_CONFIGS)
        .topic(Topic.TRAINING_STEPS, WRITE, DESCRIBE_CONFIGS)
        .topic(Topic.TRAINING_LEDGER, READ, WRITE, DESCRIBE_CONFIGS)
        .topic(Topic.CHECKPOINTS, READ, WRITE, DESCRIBE_CONFIGS)
        .topic(Topic.CHECKPOINT_CHUNKS, READ, WRITE, DESCRIBE_CONFIGS)
        .add(AccessRight.group(run, READ))
        // Who does not see a follower lets checkpoints expire that it needs.
        .add(AccessRight.groups(followers(run), DESCRIBE))
        .add(AccessRight.transactions(prefix + run, WRITE))
        .of("trainer --name " + run);
  }

  /** Following a run's checkpoints, under any name. */
  public NeededRights follower(String run) {
    return new Rights()
        .topic(Topic.CHECKPOINTS, READ)
        .topic(Topic.CHECKPOINT_CHUNKS, READ)
        .add(AccessRight.groups(followers(run), READ))
        .of("follower --name " + run);
  }

  /**
   * Keeping the lineage index, whose own topics Kafka Streams creates.
   *
   * @throws ConfigurationException if they would be named as the pipeline's topics are: whoever may
   *     write to what begins so could write to those
   */
  public NeededRights index(String group) {
    for (Topic topic : Topic.values()) {
      if (topic.named("").startsWith(group + "-")) {
        throw new ConfigurationException(
            "index.group is '%s', and topic %s begins so, too: its rights are on what begins with '%s-', expected another name"
                .formatted(group, topic.named(""), group));
      }
    }
    String application = prefix + group;
    Rights rights = new Rights();
    for (Topic topic : List.of(Topic.PROMPTS, Topic.TEACHER_LOGITS, Topic.EVALUATION_LOGITS)) {
      rights.topic(topic, READ, DESCRIBE_CONFIGS).deadLetters(topic, READ);
    }
    return rights
        .topic(Topic.TRAINING_LEDGER, READ)
        .topic(Topic.CHECKPOINTS, READ)
        .add(AccessRight.topics(application + "-", CREATE))
        .add(AccessRight.topics(application + "-", READ))
        .add(AccessRight.topics(application + "-", WRITE))
        .add(AccessRight.group(application, READ))
        .add(AccessRight.transactionsOf(application + "-", WRITE))
        .of("index --name " + group);
  }

  /**
   * Looking, and changing nothing: the commands that list, show, export, verify, trace and score.
   */
  public NeededRights reader() {
    Rights rights = new Rights();
    for (Topic topic : Topic.values()) {
      rights.topic(topic, READ, DESCRIBE_CONFIGS);
      if (topic.hasDeadLetters()) {
        rights.deadLetters(topic, READ, DESCRIBE_CONFIGS);
      }
    }
    return rights.of("reader");
  }

  /** What the names of the groups of a run's followers begin with. */
  private String followers(String run) {
    return prefix + "follow/" + run + "/";
  }

  private final class Rights {
    private final List<AccessRight> all = new ArrayList<>();

    Rights topic(Topic topic, AclOperation... operations) {
      return on(topic.named(prefix), operations);
    }

    Rights deadLetters(Topic topic, AclOperation... operations) {
      return on(Topic.deadLetterTopic(topic.named(prefix)), operations);
    }

    Rights add(AccessRight right) {
      all.add(right);
      return this;
    }

    NeededRights of(String command) {
      return new NeededRights(command, all);
    }

    private Rights on(String topic, AclOperation... operations) {
      for (AclOperation operation : operations) {
        all.add(AccessRight.topic(topic, operation));
      }
      return this;
    }
  }
}
