@NullMarked
package io.logitstream.priors;

import org.jspecify.annotations.NullMarked;
