@NullMarked
package io.logitstream.systemtests;

import org.jspecify.annotations.NullMarked;
