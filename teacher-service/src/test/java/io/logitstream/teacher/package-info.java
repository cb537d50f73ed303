@NullMarked
package io.logitstream.teacher;

import org.jspecify.annotations.NullMarked;
