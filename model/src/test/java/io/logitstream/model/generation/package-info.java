@NullMarked
package io.logitstream.model.generation;

import org.jspecify.annotations.NullMarked;
