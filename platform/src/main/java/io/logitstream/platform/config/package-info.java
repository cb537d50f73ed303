/** Layered configuration: typed, documented settings that features declare and own. */
@NullMarked
package io.logitstream.platform.config;

import org.jspecify.annotations.NullMarked;
