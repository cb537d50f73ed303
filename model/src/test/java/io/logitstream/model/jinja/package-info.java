@NullMarked
package io.logitstream.model.jinja;

import org.jspecify.annotations.NullMarked;
