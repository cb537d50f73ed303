package io.logitstream.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** What a command printed, and how it ended. */
record Invocation(int status, String out, String err) {
  static Invocation of(String... arguments) {
    return withEnvironment(Map.of(), arguments);
  }

  static Invocation withEnvironment(Map<String, String> environment, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status = Main.run(environment, new PrintWriter(out), new PrintWriter(err), arguments);
    return new Invocation(status, out.toString(), err.toString());
  }

  JsonNode json() throws Exception {
    return new ObjectMapper().readTree(out);
  }
}
