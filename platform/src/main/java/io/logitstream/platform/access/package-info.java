/** The least rights that services need on a cluster with an authorizer. */
@NullMarked
package io.logitstream.platform.access;

import org.jspecify.annotations.NullMarked;
