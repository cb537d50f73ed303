@NullMarked
package io.logitstream.console.bench.teacher;

import org.jspecify.annotations.NullMarked;
