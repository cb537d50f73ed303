/**
 * Forgetting prompts: what can be erased now, what goes by itself and when, and what was trained on
 * them.
 */
@NullMarked
package io.logitstream.lineage.erasure;

import org.jspecify.annotations.NullMarked;
