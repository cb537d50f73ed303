@NullMarked
package io.logitstream.model.scoring;

import org.jspecify.annotations.NullMarked;
