/** How close a student is to its teacher, on sequences that it does not train on. */
@NullMarked
package io.logitstream.distillation.evaluation;

import org.jspecify.annotations.NullMarked;
