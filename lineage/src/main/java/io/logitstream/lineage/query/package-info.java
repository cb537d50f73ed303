/**
 * Questions to the index, answered by the instances that own the stores, and the join of their
 * answers.
 */
@NullMarked
package io.logitstream.lineage.query;

import org.jspecify.annotations.NullMarked;
