/** Records that no retry mends, kept with the bytes as read and the reason. */
@NullMarked
package io.logitstream.platform.deadletter;

import org.jspecify.annotations.NullMarked;
