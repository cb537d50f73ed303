/** The JDK's HTTP server within bounds. */
@NullMarked
package io.logitstream.platform.http;

import org.jspecify.annotations.NullMarked;
