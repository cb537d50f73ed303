package io.logitstream.lineage.erasure;

import io.logitstream.lineage.erasure.Descent.Trained;
import io.logitstream.lineage.erasure.ErasurePlan.PassOver;
import io.logitstream.lineage.erasure.Removal.Means;
import io.logitstream.lineage.query.DeadLetterFact;
import io.logitstream.lineage.query.IndexView;
import io.logitstream.lineage.query.RecordFact;
import io.logitstream.lineage.query.RecordPosition;
import io.logitstream.lineage.query.Trace;
import io.logitstream.lineage.query.Tracer;
import io.logitstream.lineage.query.TrainingFacts.Pinned;
import io.logitstream.lineage.store.RecordKind;
import io.logitstream.schemas.topics.Topic;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Plans the forgetting of prompts. It changes nothing. For one use. */
public final class ErasurePlanner {
  private final IndexView index;
  private final String prefix;
  private final Map<String, TopicRemoval> topics;
  private final long nowMs;

  private final List<String> known = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();
  private final List<Removal> removals = new ArrayList<>();
  private final List<PassOver> passOver = new ArrayList<>();
  private final List<String> notYetScored = new ArrayList<>();
  private final List<Pinned> evaluationSets = new ArrayList<>();
  private final Map<String, Set<Trained>> trained = new HashMap<>();

  /**
   * @param prefix the pipeline's prefix, empty for none
   * @param topics how the topics of {@link #topics} remove records, by full name
   */
  public ErasurePlanner(
      IndexView index, String prefix, Map<String, TopicRemoval> topics, Clock clock) {
    this.index = index;
    this.prefix = prefix;
    this.topics = Map.copyOf(topics);
    this.nowMs = clock.millis();
  }

  /** Full names of the topics that hold prompts, dead letters included. */
  public static List<String> topics(String prefix) {
    return Stream.of(RecordKind.values())
        .map(kind -> kind.topic().named(prefix))
        .flatMap(name -> Stream.of(name, Topic.deadLetterTopic(name)))
        .toList();
  }

  /** All prompts about a subject that have records which stand. */
  public static List<String> promptsOf(IndexView index, String subject) {
    List<String> prompts = new ArrayList<>();
    List<String> page;
    @Nullable String after = null;
    do {
      page = index.promptsOf(subject, after);
      prompts.addAll(page);
      after = page.isEmpty() ? null : page.get(page.size() - 1);
    } while (page.size() == IndexView.PAGE);
    return prompts;
  }

  /** The plan for prompts. */
  public ErasurePlan plan(List<String> prompts) {
    new LinkedHashSet<>(prompts).forEach(this::add);
    return new ErasurePlan(
        known,
        unknown,
        removals,
        new Descent(index, trained).find(),
        passOver,
        notYetScored,
        evaluationSets);
  }

  private void add(String prompt) {
    Trace trace = new Tracer(index).trace(prompt);
    if (trace.answer() == Trace.Answer.UNKNOWN) {
      unknown.add(prompt);
      return;
    }
    known.add(prompt);
    evaluationSets.addAll(trace.evaluationSets());
    for (RecordFact record : trace.records()) {
      String topic = record.kind().topic().named(prefix);
      removals.add(
          removal(
              prompt,
              topic,
              record.partition(),
              record.offset(),
              record.key(),
              record.appendedAtMs(),
              record.stands()));
      if (record.kind() == RecordKind.TRAINING_WINDOW) {
        passOver.add(new PassOver(topic, record.topicId(), record.partition(), record.offset()));
      }
    }
    for (DeadLetterFact letter : trace.deadLetters()) {
      removals.add(
          removal(
              prompt,
              prefix + letter.topic(),
              letter.partition(),
              letter.offset(),
              letter.key(),
              letter.appendedAtMs(),
              letter.stands()));
    }
    if (isNotYetScored(trace)) {
      notYetScored.add(prompt);
    }
    addTrained(prompt, trace);
  }

  private void addTrained(String prompt, Trace trace) {
    Map<RecordPosition, RecordFact> windows = new HashMap<>();
    for (RecordFact record : trace.records()) {
      if (record.kind() == RecordKind.TRAINING_WINDOW) {
        windows.put(record.position(), record);
      }
    }
    Tracer.trained(windows, index.training(prompt, List.copyOf(windows.keySet())))
        .forEach(
            consumed ->
                trained
                    .computeIfAbsent(consumed.run(), run -> new HashSet<>())
                    .add(new Trained(consumed.sequence(), consumed.index())));
  }

  /** A prompt that stands, and of which neither windows nor a dead letter are there yet. */
  private static boolean isNotYetScored(Trace trace) {
    return trace.deadLetters().isEmpty()
        && trace.records().stream()
            .anyMatch(record -> record.kind() == RecordKind.PROMPT && record.stands())
        && trace.records().stream().allMatch(record -> record.kind() == RecordKind.PROMPT);
  }

  private Removal removal(
      String prompt,
      String topic,
      int partition,
      long offset,
      String key,
      long appendedAtMs,
      boolean stands) {
    TopicRemoval settings = topics.get(topic);
    if (settings == null) {
      throw new IllegalArgumentException("no settings of topic " + topic);
    }
    Means means = means(settings, partition, offset, stands);
    @Nullable Long after = null;
    @Nullable Long by = null;
    switch (means) {
      case TOMBSTONE, ERASED -> {
        after = nowMs;
        by =
            settings.compactedWithinMs().isPresent()
                ? nowMs + settings.compactedWithinMs().getAsLong()
                : null;
      }
      case RETENTION -> {
        after = appendedAtMs + settings.retentionMs().orElseThrow();
        by = after + settings.segmentMs();
      }
      case NOTHING, GONE -> {}
    }
    return new Removal(prompt, topic, partition, offset, key, means, after, by);
  }

  private static Means means(TopicRemoval topic, int partition, long offset, boolean stands) {
    if (topic.isGone(partition, offset)) {
      return Means.GONE;
    }
    if (topic.compacted()) {
      return stands ? Means.TOMBSTONE : Means.ERASED;
    }
    return topic.retentionMs().isPresent() ? Means.RETENTION : Means.NOTHING;
  }
}
