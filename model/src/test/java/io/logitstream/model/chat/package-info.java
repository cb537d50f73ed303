@NullMarked
package io.logitstream.model.chat;

import org.jspecify.annotations.NullMarked;
