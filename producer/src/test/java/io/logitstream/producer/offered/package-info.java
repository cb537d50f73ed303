@NullMarked
package io.logitstream.producer.offered;

import org.jspecify.annotations.NullMarked;
