package io.logitstream.console.demo;

/**
 * What teacher and student write for the same prompt.
 *
 * @param step the step of the student's checkpoint
 */
record WritingSample(String prompt, String teacher, String student, long step) {}
