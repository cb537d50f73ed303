/**
 * The part of Jinja2 that chat templates are written in, rendered as {@code transformers} renders
 * it, with one thing more: every character of the result knows whether the template wrote it or
 * whether it came in as data. Why it is our own: {@code docs/adr/0014-chat-templates.md}.
 */
@NullMarked
package io.logitstream.model.jinja;

import org.jspecify.annotations.NullMarked;
