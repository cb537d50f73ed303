/** Tests of this package. */
@NullMarked
package io.logitstream.producer.source;

import org.jspecify.annotations.NullMarked;
