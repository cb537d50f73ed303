/** Whether a teacher is worth learning from: it must foretell text better than simple things do. */
@NullMarked
package io.logitstream.console.bench.teacher;

import org.jspecify.annotations.NullMarked;
