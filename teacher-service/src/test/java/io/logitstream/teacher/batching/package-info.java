@NullMarked
package io.logitstream.teacher.batching;

import org.jspecify.annotations.NullMarked;
