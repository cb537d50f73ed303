@NullMarked
package io.logitstream.lineage.store;

import org.jspecify.annotations.NullMarked;
