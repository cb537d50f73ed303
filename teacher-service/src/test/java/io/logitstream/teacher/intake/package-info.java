@NullMarked
package io.logitstream.teacher.intake;

import org.jspecify.annotations.NullMarked;
