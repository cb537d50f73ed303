package io.logitstream.console.commands;

import io.logitstream.schemas.topics.Topic;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Topics that have dead letters, by their names without a prefix. */
final class DeadLetterTopics implements ITypeConverter<Topic> {
  static final List<Topic> ALL =
      Arrays.stream(Topic.values()).filter(Topic::hasDeadLetters).toList();

  @Override
  public Topic convert(String name) {
    return ALL.stream()
        .filter(topic -> topic.baseName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'%s' has no dead letters; these have: %s"
                        .formatted(
                            name,
                            ALL.stream().map(Topic::baseName).collect(Collectors.joining(", ")))));
  }
}
