@NullMarked
package io.logitstream.teacher.backpressure;

import org.jspecify.annotations.NullMarked;
