package io.logitstream.teacher.coding;

import io.logitstream.logits.coding.ContextPrior;

/**
 * A prior that is on its topic, so that records may name it.
 *
 * @param prior the prior
 * @param learnedRecords records that it was learned from
 */
record CurrentPrior(ContextPrior prior, long learnedRecords) {}
