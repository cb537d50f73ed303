@NullMarked
package io.logitstream.lineage.query;

import org.jspecify.annotations.NullMarked;
