/** Prompts as they are read, and what becomes of each. */
@NullMarked
package io.logitstream.teacher.intake;

import org.jspecify.annotations.NullMarked;
