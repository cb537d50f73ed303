/** What is published, and the transactions that publish it. */
@NullMarked
package io.logitstream.teacher.publishing;

import org.jspecify.annotations.NullMarked;
