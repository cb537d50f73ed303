package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.schemas.topics.Topic;
import java.util.List;
import java.util.stream.Stream;

/**
 * Many small prompts on a broker, and what an undisturbed teacher makes of them: what others, who
 * are disturbed, are compared with.
 *
 * @param undisturbed PROMPT/WINDOW/REVISION of every window, in order
 */
record TeacherTrial(Pipeline pipeline, List<String> undisturbed) {
  static final int PARTITIONS = 4;

  /** A document makes a window or two: what is counted is prompts, not tokens. */
  static final int MOST_WORDS = 30;

  /** Transactions that are lost within a test. */
  static final String SHORT = "2s";

  /** Transactions that outlast a test: nobody but their owner ends them. */
  static final String ENDLESS = "10m";

  TeacherTrial {
    undisturbed = List.copyOf(undisturbed);
    assertThat(undisturbed).doesNotHaveDuplicates();
  }

  /** Scores a pipeline's documents, under a prefix, with a teacher that nothing happens to. */
  static TeacherTrial prepare(Pipeline pipeline) throws Exception {
    Pipeline alone = pipeline.withPrefix("undisturbed-");
    Filling.fill(alone);
    int prompts = alone.prompts();
    try (CommittedWindows windows = new CommittedWindows(alone);
        ServiceProcess teacher = alone.teach("teacher", settings(SHORT))) {
      windows.awaitPrompts(prompts, List.of(teacher));
    }
    return new TeacherTrial(pipeline, alone.windows());
  }

  /** Small windows and transactions, and a group that soon misses a member. */
  static String[] settings(String transactionTimeout) {
    return new String[] {
      "teacher.session-timeout=2s",
      "teacher.transaction-timeout=" + transactionTimeout,
      "teacher.window-tokens=64",
      "teacher.batch-tokens=256",
      "teacher.prior-first-records=64"
    };
  }

  /** Windows that there must be. */
  int windows() {
    return undisturbed.size();
  }

  /** To one who followed from the start, and to one who reads all of it afterwards. */
  void everyWindowIsThereOnce(Pipeline disturbed, CommittedWindows followed) {
    assertThat(disturbed.windows()).isEqualTo(undisturbed);
    followed.count();
    assertThat(followed.seen()).isEqualTo(undisturbed);
  }

  /** Windows in the log that readers of committed records never see. */
  static int unseenWindows(Pipeline disturbed) {
    KafkaProbe probe = disturbed.probe();
    int written =
        Stream.of(Topic.TEACHER_LOGITS, Topic.EVALUATION_LOGITS)
            .mapToInt(topic -> probe.written(disturbed.topic(topic)).size())
            .sum();
    return written - disturbed.windows().size();
  }
}
