package io.logitstream.producer.intake;

import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;

/**
 * What every intake of offered prompts is told, whatever way they come.
 *
 * @param maxPromptBytes the most UTF-8 bytes of a prompt, attributes included
 */
public record OfferedSettings(
    AcceptanceSettings acceptance,
    IntakeSettings intake,
    long maxPromptBytes,
    KafkaSettings kafka,
    TopicSettings topics) {}
