/** Tests of this package. */
@NullMarked
package io.logitstream.producer;

import org.jspecify.annotations.NullMarked;
