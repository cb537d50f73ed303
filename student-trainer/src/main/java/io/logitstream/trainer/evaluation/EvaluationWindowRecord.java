package io.logitstream.trainer.evaluation;

import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.schemas.EvaluationWindow;

/**
 * A held-out window that an evaluation set may hold.
 *
 * @param domain its domain
 * @param window its identity
 * @param example what is evaluated
 * @param key key of the record
 * @param value value of the record
 */
record EvaluationWindowRecord(
    String domain, EvaluationWindow window, TrainingExample example, String key, byte[] value) {}
