package io.logitstream.teacher;

import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.lifecycle.Execution;
import java.util.UUID;

/**
 * What a teacher touches of the world: a simulation may stand behind each.
 *
 * @param log where the log's clients come from
 * @param execution time and chance
 * @param model how the teacher that the settings name is opened
 * @param instance what tells this teacher from all others, ever: a part of its transactional id
 */
public record TeacherPorts(
    ClientSource log, Execution execution, TeacherModel.Opener model, String instance) {
  /** Kafka over the network, the machine, and the model's directory. */
  public static TeacherPorts production() {
    return new TeacherPorts(
        ClientSource.network(),
        Execution.system(),
        TeacherModel::open,
        UUID.randomUUID().toString());
  }
}
