package io.logitstream.producer.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.logitstream.producer.intake.Receipt;

/**
 * What is answered for one prompt.
 *
 * @param status the HTTP status where it is the only prompt of a request
 * @param json the answer
 */
record ItemAnswer(int status, ObjectNode json) {
  static final int RETRY_LATER = 429;

  static ItemAnswer of(Receipt receipt) {
    return switch (receipt.outcome()) {
      case ACCEPTED -> new ItemAnswer(200, published("accepted", receipt));
      case DUPLICATE -> new ItemAnswer(200, published("duplicate", receipt));
      case CONFLICT ->
          new ItemAnswer(
              409,
              published("conflict", receipt)
                  .put("code", "key-reused")
                  .put("message", "this key came with another prompt before"));
      case FULL ->
          new ItemAnswer(
              RETRY_LATER,
              refused(
                  "too-many-keys",
                  "as many keys are kept as may be (intake.max-keys): offer the prompt again later,"
                      + " or without a key"));
    };
  }

  static ItemAnswer refused(PromptRequest.Item.Refused refused) {
    int status = refused.code().equals("too-large") ? 413 : 422;
    return new ItemAnswer(status, refused(refused.code(), refused.message()));
  }

  private static ObjectNode published(String status, Receipt receipt) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("status", status)
        .put("promptId", receipt.promptId());
  }

  private static ObjectNode refused(String code, String message) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("status", "refused")
        .put("code", code)
        .put("message", message);
  }
}
