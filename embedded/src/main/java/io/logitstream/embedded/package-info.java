/**
 * A Kafka broker and a schema registry inside the process, for the demo, for tests, and for trying
 * a service out. Both listen on loopback only and speak their ordinary protocols: any outside Kafka
 * client can join. Neither is meant for production.
 */
@NullMarked
package io.logitstream.embedded;

import org.jspecify.annotations.NullMarked;
