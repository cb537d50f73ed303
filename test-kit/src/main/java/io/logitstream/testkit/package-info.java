/** What tests of several modules share: reading and damaging logs, patience. */
@NullMarked
package io.logitstream.testkit;

import org.jspecify.annotations.NullMarked;
