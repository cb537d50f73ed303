/** What a service depends on, and whether it answers. */
@NullMarked
package io.logitstream.platform.surroundings;

import org.jspecify.annotations.NullMarked;
