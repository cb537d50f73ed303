package io.logitstream.model.decoder;

/** The families of models in Hugging Face's transformers that this build reads and writes. */
public enum Family {
  LLAMA("llama", "LlamaForCausalLM"),
  MISTRAL("mistral", "MistralForCausalLM"),
  QWEN2("qwen2", "Qwen2ForCausalLM"),
  QWEN3("qwen3", "Qwen3ForCausalLM"),
  GPT2("gpt2", "GPT2LMHeadModel");

  private final String modelType;
  private final String architectureName;

  Family(String modelType, String architectureName) {
    this.modelType = modelType;
    this.architectureName = architectureName;
  }

  /** {@code model_type} in config.json. */
  public String modelType() {
    return modelType;
  }

  /** The class in {@code architectures} of config.json. */
  public String architectureName() {
    return architectureName;
  }
}
