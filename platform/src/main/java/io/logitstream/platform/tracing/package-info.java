/** The context of distributed traces, carried along in record headers. */
@NullMarked
package io.logitstream.platform.tracing;

import org.jspecify.annotations.NullMarked;
