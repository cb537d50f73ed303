@NullMarked
package io.logitstream.producer.lines;

import org.jspecify.annotations.NullMarked;
