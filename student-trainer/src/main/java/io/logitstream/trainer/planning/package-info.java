/** The canonical order in which records are trained on: a function of the log alone. */
@NullMarked
package io.logitstream.trainer.planning;

import org.jspecify.annotations.NullMarked;
