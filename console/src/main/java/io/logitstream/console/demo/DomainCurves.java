package io.logitstream.console.demo;

import io.logitstream.schemas.EvaluationMetrics;

/** How a student stands on one domain's pinned evaluation set, over time. */
record DomainCurves(
    Curve acceptance, Curve forwardKl, Curve crossEntropy, Curve top1Agreement, Curve tokens) {

  static DomainCurves empty() {
    return new DomainCurves(new Curve(), new Curve(), new Curve(), new Curve(), new Curve());
  }

  void add(double seconds, EvaluationMetrics metrics) {
    acceptance.add(seconds, metrics.getAcceptance());
    forwardKl.add(seconds, metrics.getForwardKl());
    crossEntropy.add(seconds, metrics.getCrossEntropy());
    top1Agreement.add(seconds, metrics.getTop1Agreement());
    tokens.add(seconds, (double) metrics.getTokens());
  }

  DomainCurves copy() {
    return new DomainCurves(
        new Curve(acceptance),
        new Curve(forwardKl),
        new Curve(crossEntropy),
        new Curve(top1Agreement),
        new Curve(tokens));
  }
}
