/**
 * The entropy coder's priors on their topic: published in chunks, found by content or by teacher,
 * fetched and kept.
 */
@NullMarked
package io.logitstream.priors;

import org.jspecify.annotations.NullMarked;
