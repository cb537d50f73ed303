/** What the files of a deployment come to. */
@NullMarked
package io.logitstream.systemtests.deployment;

import org.jspecify.annotations.NullMarked;
