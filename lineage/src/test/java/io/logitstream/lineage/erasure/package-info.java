@NullMarked
package io.logitstream.lineage.erasure;

import org.jspecify.annotations.NullMarked;
