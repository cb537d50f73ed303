package io.logitstream.trainer.ingest;

import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.TeacherIdentity;
import java.util.List;

/**
 * The teachers whose records are trained on.
 *
 * @param names NAME@REVISION each, or {@code *} for any
 */
public record AcceptedTeachers(List<String> names) {
  private static final String ANY = "*";

  public AcceptedTeachers {
    names = List.copyOf(names);
    if (names.isEmpty()
        || names.stream().anyMatch(name -> !name.equals(ANY) && name.indexOf('@') < 1)) {
      throw new ConfigurationException(
          List.of(
              "student.teachers is '%s', expected * or NAME@REVISION, separated by commas"
                  .formatted(String.join(",", names))));
    }
  }

  /** Whether records of a teacher are trained on. */
  public boolean accepts(TeacherIdentity teacher) {
    return names.contains(ANY) || names.contains(name(teacher));
  }

  /** A teacher's revision as people name it: NAME@REVISION. */
  public static String name(TeacherIdentity teacher) {
    return teacher.getName() + "@" + teacher.getRevision();
  }
}
