package io.logitstream.model.scoring;

/**
 * How close a student is to a teacher on a text, teacher-forced at temperature 1.
 *
 * @param kl mean of Σ p · log(p / s), in nats a token
 * @param top1Agreement share of the tokens whose likeliest successor is the same for both
 * @param acceptance mean of Σ min(p, s): the chance that speculative decoding accepts the student's
 *     token
 * @param teacherCrossEntropy the teacher's mean −log p(token), in nats a token
 */
public record TextComparison(
    double kl, double top1Agreement, double acceptance, double teacherCrossEntropy) {}
