@NullMarked
package io.logitstream.lineage;

import org.jspecify.annotations.NullMarked;
