/**
 * Entropy coding of sampled counts under a context prior: binary decisions whose log-odds are sums
 * of what a learned table has for their contexts, and an arithmetic coder. Integers only, so that
 * every platform decodes alike; docs/logit-log.md describes the format.
 */
@NullMarked
package io.logitstream.logits.coding;

import org.jspecify.annotations.NullMarked;
