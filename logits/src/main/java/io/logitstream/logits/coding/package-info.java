/**
 * Entropy coding of sampled counts under a context prior: adaptive binary models, mixed in the
 * logistic domain, and an arithmetic coder. Integers only, so that every platform decodes alike;
 * docs/logit-log.md describes the format.
 */
@NullMarked
package io.logitstream.logits.coding;

import org.jspecify.annotations.NullMarked;
