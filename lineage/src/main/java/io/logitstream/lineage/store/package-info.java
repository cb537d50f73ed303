/**
 * What the index keeps, and under which keys: the stores are ordered by bytes, and every question
 * is a short range.
 */
@NullMarked
package io.logitstream.lineage.store;

import org.jspecify.annotations.NullMarked;
