/** How much is logged, and where. */
@NullMarked
package io.logitstream.console.logging;

import org.jspecify.annotations.NullMarked;
