package io.logitstream.console.demo;

/**
 * What a demo is about, as its first line says it.
 *
 * @param teacher the teacher, and its size
 * @param student the student, and its size
 * @param limitSeconds how long it runs; infinite where only steps end it
 */
record DemoHeading(String teacher, String student, double limitSeconds) {}
