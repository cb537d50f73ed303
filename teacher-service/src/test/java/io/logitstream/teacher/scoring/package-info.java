@NullMarked
package io.logitstream.teacher.scoring;

import org.jspecify.annotations.NullMarked;
