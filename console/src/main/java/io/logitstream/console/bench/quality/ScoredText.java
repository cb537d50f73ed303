package io.logitstream.console.bench.quality;

import io.logitstream.logits.FullLogits;

/**
 * A window as the teacher sees it, in full.
 *
 * @param text the window
 * @param logits every logit
 */
record ScoredText(QualityTexts.Text text, FullLogits logits) {}
