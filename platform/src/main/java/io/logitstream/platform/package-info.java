/** How a service lives: what all services share beside their work. */
@NullMarked
package io.logitstream.platform;

import org.jspecify.annotations.NullMarked;
