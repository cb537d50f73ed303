@NullMarked
package io.logitstream.teacher.coding;

import org.jspecify.annotations.NullMarked;
