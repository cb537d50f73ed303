package io.logitstream.producer.lines;

/**
 * A line as it was read.
 *
 * @param bytes its bytes without the line end; none where it is too long
 * @param place unique in the source: NAME~GENERATION@OFFSET, or NAME#NUMBER of standard input
 * @param tooLong whether it has more bytes than are kept of a line
 */
record Line(byte[] bytes, String place, boolean tooLong) {}
