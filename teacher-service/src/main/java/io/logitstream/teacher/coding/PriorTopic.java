package io.logitstream.teacher.coding;

import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.priors.PriorDescription;
import io.logitstream.priors.PriorPublisher;
import io.logitstream.priors.PriorReader;
import io.logitstream.schemas.TeacherIdentity;
import java.util.Optional;

/** The priors topic as a teacher sees it. One thread. */
final class PriorTopic implements AutoCloseable {
  private final TeacherIdentity teacher;
  private final PriorPublisher publisher;
  private final PriorReader reader;

  PriorTopic(KafkaClients clients, TeacherIdentity teacher) {
    this.teacher = teacher;
    this.publisher = new PriorPublisher(clients);
    this.reader = new PriorReader(clients);
  }

  /**
   * The newest prior that can be read and fits: one of the teacher's own revision, or else one over
   * the same tokenizer, which codes well enough until the first own one is learned.
   */
  Optional<CurrentPrior> newest() {
    Optional<PriorDescription> found = reader.newest(prior -> prior.isOf(teacher));
    boolean own = found.isPresent();
    return (own ? found : reader.newest(prior -> prior.fits(teacher)))
        .flatMap(
            description ->
                reader
                    .fetch(description.sha256())
                    .filter(prior -> prior.vocabularySize() == teacher.getVocabularySize())
                    .map(prior -> new CurrentPrior(prior, own ? description.learnedRecords() : 0)));
  }

  /** The newest prior of the teacher's own revision, if it is another one than a given one. */
  Optional<CurrentPrior> newerThan(String sha256) {
    return reader
        .newest(prior -> prior.isOf(teacher))
        .filter(description -> !description.sha256().equals(sha256))
        .flatMap(
            description ->
                reader
                    .fetch(description.sha256())
                    .filter(prior -> prior.vocabularySize() == teacher.getVocabularySize())
                    .map(prior -> new CurrentPrior(prior, description.learnedRecords())));
  }

  /** Whether a prior is there and whole. */
  boolean has(String sha256) {
    return reader.newest(prior -> prior.sha256().equals(sha256)).isPresent();
  }

  /** Writes a prior; it is acknowledged when this returns. */
  void publish(ContextPrior prior, long learnedRecords) {
    publisher.publish(prior, teacher, learnedRecords);
  }

  @Override
  public void close() {
    reader.close();
  }
}
