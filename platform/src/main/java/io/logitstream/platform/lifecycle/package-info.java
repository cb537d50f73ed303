/** Services from start to a clean stop, and retries on the way. */
@NullMarked
package io.logitstream.platform.lifecycle;

import org.jspecify.annotations.NullMarked;
