#!/usr/bin/env python3
"""Writes golden files of every family and option of the decoder: what transformers computes.

    python tools/make_golden_families.py          # needs the PyPI packages torch, transformers 5 and safetensors

model/src/test/resources/golden/families/NAME/ holds a tiny model with random weights, as `save_pretrained` writes it (or
with the keys of transformers 4), and golden.json:

    {"tokens": [[...], ...], "logits": [[...], ...], "leftOut": {"option": effect, ...}}

logits[i] are the logits after each position of tokens[i], row by row, computed in float64 from the weights as stored.
leftOut says how far the largest logit moves when an option is left out: the script refuses to write a file where one moves
by less than a hundred times the tests' tolerance of 1e-4. Texts run past the original length of a scaled rotary embedding and past
sliding windows.

distillation/src/test/resources/golden/training-FAMILY/ holds the training of `make_golden.py` for the other families.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM

import make_golden

ROOT = Path(__file__).resolve().parent.parent
MODEL_FOLDER = ROOT / "model/src/test/resources/golden/families"
TRAINING_FOLDER = ROOT / "distillation/src/test/resources/golden"
TOLERANCE = 1e-4
MIN_EFFECT = 100 * TOLERANCE
LENGTHS = (40, 9)
ORIGINAL_LENGTH = 16
FINAL_NORMS = ("model.norm.weight", "ln_f.weight")

# GELU and its form by tanh are so close that only large logits tell one from the other.
GELU_GAINS = {"gelu": 8, "gelu_new": 8, "gelu_pytorch_tanh": 4}

SIZES = dict(
    vocab_size=make_golden.VOCABULARY,
    hidden_size=24,
    intermediate_size=32,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    bos_token_id=0,
    eos_token_id=1,
)
GPT2_SIZES = dict(
    vocab_size=make_golden.VOCABULARY,
    n_embd=24,
    n_layer=2,
    n_head=4,
    n_positions=64,
    resid_pdrop=0.0,
    embd_pdrop=0.0,
    attn_pdrop=0.0,
    bos_token_id=0,
    eos_token_id=1,
)


def rope(kind: str = "default", theta: float = 500.0, **more) -> dict:
    return {"rope_type": kind, "rope_theta": theta, **more}


LINEAR = rope("linear", factor=4.0)
LLAMA3 = rope("llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=ORIGINAL_LENGTH)
YARN = rope("yarn", factor=4.0, original_max_position_embeddings=ORIGINAL_LENGTH, beta_fast=1.0, beta_slow=0.1)
YARN_MSCALE = {**YARN, "mscale": 2.0, "mscale_all_dim": 0.5, "truncate": False}

PLAIN = ("rope theta", dict(rope_parameters=rope(theta=10000.0)))
UNSCALED = ("rope scaling", dict(rope_parameters=rope()))


def without(*parts: str):
    """Weights whose names end so are left out: zero for a bias, one for a norm's gain."""
    return lambda name, value: torch.zeros_like(value) if name.endswith(parts) else value


# Each case: family, what differs from the sizes, whether config.json has the keys of transformers 4, and the options left
# out: changes to the configuration, or of the weights, or ("family", changes) for another family's computation.
CASES = {
    "llama-theta": ("llama", dict(rope_parameters=rope()), False, [PLAIN]),
    "llama-full-attention-untied": ("llama", dict(num_key_value_heads=4, rope_parameters=rope(), rms_norm_eps=0.03), False,
        [PLAIN, ("epsilon", dict(rms_norm_eps=1e-6))]),
    "llama-multi-query-tied": ("llama", dict(num_key_value_heads=1, tie_word_embeddings=True, rope_parameters=rope()), True, [PLAIN]),
    "llama-wide-heads": ("llama", dict(head_dim=16, rope_parameters=rope()), False, [PLAIN]),
    "llama-biases": ("llama", dict(attention_bias=True, mlp_bias=True, rope_parameters=rope()), False, [
        ("query bias", without("q_proj.bias")), ("key bias", without("k_proj.bias")), ("value bias", without("v_proj.bias")),
        ("output bias", without("o_proj.bias")), ("gate bias", without("gate_proj.bias")), ("up bias", without("up_proj.bias")),
        ("down bias", without("down_proj.bias"))]),
    "llama-gelu": ("llama", dict(hidden_act="gelu"), False, [("gelu", dict(hidden_act="silu")), ("exact gelu", dict(hidden_act="gelu_pytorch_tanh"))]),
    "llama-gelu-tanh": ("llama", dict(hidden_act="gelu_pytorch_tanh"), True, [("gelu", dict(hidden_act="silu")), ("gelu by tanh", dict(hidden_act="gelu"))]),
    "llama-relu": ("llama", dict(hidden_act="relu"), False, [("relu", dict(hidden_act="silu"))]),
    "llama-rope-linear": ("llama", dict(rope_parameters=LINEAR), False, [UNSCALED]),
    "llama-rope-linear-4": ("llama", dict(rope_parameters=LINEAR), True, [UNSCALED]),
    "llama-rope-llama3": ("llama", dict(rope_parameters=LLAMA3), False, [UNSCALED, ("blend", dict(rope_parameters=LINEAR | {"factor": 8.0}))]),
    "llama-rope-llama3-4": ("llama", dict(rope_parameters=LLAMA3), True, [UNSCALED]),
    "llama-rope-yarn": ("llama", dict(head_dim=16, rope_parameters=YARN), False, [UNSCALED, ("amplitude", dict(rope_parameters=YARN | {"attention_factor": 1.0})),
        ("beta_fast", dict(rope_parameters=YARN | {"beta_fast": 32.0}))]),
    "llama-rope-yarn-mscale": ("llama", dict(head_dim=16, rope_parameters=YARN_MSCALE), True, [UNSCALED, ("mscale", dict(rope_parameters=YARN_MSCALE | {"mscale": None})),
        ("truncate", dict(rope_parameters=YARN_MSCALE | {"truncate": True}))]),
    "mistral-window": ("mistral", dict(sliding_window=8, rope_parameters=rope()), False, [PLAIN, ("sliding window", dict(sliding_window=None)),
        ("window's length", dict(sliding_window=9))]),
    "mistral-4": ("mistral", dict(sliding_window=None, head_dim=8), True, [("no window", dict(sliding_window=8))]),
    "qwen2": ("qwen2", dict(tie_word_embeddings=True), True, [("query bias", without("q_proj.bias")), ("key bias", without("k_proj.bias")),
        ("value bias", without("v_proj.bias"))]),
    "qwen2-window": ("qwen2", dict(use_sliding_window=True, sliding_window=8, max_window_layers=1, rope_parameters=rope()), False, [
        ("sliding window", dict(use_sliding_window=False)), ("layers that slide", dict(max_window_layers=0))]),
    "qwen3": ("qwen3", dict(head_dim=16, rope_parameters=YARN), False, [UNSCALED, ("query norm", without("q_norm.weight")), ("key norm", without("k_norm.weight")),
        ("norms' place", ("llama", {}))]),
    "qwen3-window-biases-4": ("qwen3", dict(head_dim=8, attention_bias=True, use_sliding_window=True, sliding_window=8, max_window_layers=1,
        tie_word_embeddings=True), True, [("sliding window", dict(use_sliding_window=False)), ("output bias", without("o_proj.bias"))]),
    "gpt2": ("gpt2", dict(), False, [("positions", without("wpe.weight")), ("query, key and value bias", without("c_attn.bias")),
        ("norm's bias", without("ln_1.bias")), ("final norm's bias", without("ln_f.bias")), ("feed-forward bias", without("c_fc.bias")),
        ("output biases", without("c_proj.bias")), ("gelu by tanh", dict(activation_function="gelu"))]),
    "gpt2-untied-4": ("gpt2", dict(tie_word_embeddings=False, n_inner=40, activation_function="relu", layer_norm_epsilon=0.03), True, [
        ("activation", dict(activation_function="gelu_new")), ("epsilon", dict(layer_norm_epsilon=1e-5))]),
}

TRAINED = {
    "mistral": dict(sliding_window=5),
    "qwen2": dict(tie_word_embeddings=True),
    "qwen3": dict(head_dim=8),
    "gpt2": dict(),
}


def config_of(family: str, changes: dict):
    sizes = GPT2_SIZES if family == "gpt2" else SIZES
    return AutoConfig.for_model(family, **json.loads(json.dumps({**sizes, **changes})))


def wide_weights(config, seed: int) -> dict[str, torch.Tensor]:
    """Random weights by name: deviation 0.25, gains about 1; a tied head is not among them."""
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, parameter in AutoModelForCausalLM.from_config(config).named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        gain = parameter.dim() == 1 and name.endswith("weight")
        weights[name] = 1 + 0.3 * noise if gain else 0.25 * noise
        if name.endswith(FINAL_NORMS):
            weights[name] *= GELU_GAINS.get(getattr(config, "hidden_act", None) or config.activation_function, 1)
    return weights


def model_of(config, weights: dict, lenient: bool = False):
    """The model in float64, every weight set; buffers of rotary embeddings stay those of the configuration."""
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").double()
    missing, unexpected = model.load_state_dict({name: value.double() for name, value in weights.items()}, strict=False)
    missing = [name for name in missing if name != "lm_head.weight" or not config.tie_word_embeddings]
    if missing or (unexpected and not lenient):
        sys.exit(f"weights do not fit: missing {missing}, unexpected {unexpected}")
    return model.eval()


@torch.no_grad()
def logits(model, tokens: list[int]) -> torch.Tensor:
    return model(torch.tensor([tokens]), use_cache=False).logits[0].double()


def keys_of_transformers_4(values: dict) -> dict:
    values = dict(values)
    values["torch_dtype"] = values.pop("dtype", "float32")
    values["transformers_version"] = "4.57.6"
    values.pop("layer_types", None)
    parameters = dict(values.pop("rope_parameters", None) or {})
    if parameters:
        values["rope_theta"] = parameters.pop("rope_theta")
        values["rope_scaling"] = None if parameters["rope_type"] == "default" else parameters
    return dict(sorted(values.items()))


def write_directory(folder: Path, config, weights: dict, transformers_4: bool) -> dict:
    """Writes it, and returns the weights as stored."""
    folder.mkdir(parents=True, exist_ok=True)
    model_of(config, weights).float().save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if transformers_4:
        path = folder / "config.json"
        values = keys_of_transformers_4(json.loads(path.read_text()))
        path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    return load_file(folder / "model.safetensors")


def left_out(family: str, changes: dict, weights: dict, what):
    if callable(what):
        changed = {}
        for name, value in weights.items():
            value = what(name, value)
            changed[name] = value + 1 if "norm" in name and not value.any() else value
        return model_of(config_of(family, changes), changed)
    if isinstance(what, tuple):
        return model_of(config_of(what[0], {**changes, **what[1]}), weights, lenient=True)
    return model_of(config_of(family, {**changes, **what}), weights)


def write_case(name: str, seed: int, family: str, changes: dict, transformers_4: bool, options: list) -> None:
    folder = MODEL_FOLDER / name
    config = config_of(family, changes)
    weights = write_directory(folder, config, wide_weights(config, seed), transformers_4)
    model = model_of(config, weights)
    sequences = [make_golden.random_tokens(length, 100 * seed + length) for length in LENGTHS]
    results = [logits(model, tokens) for tokens in sequences]
    effects = {}
    for option, what in options:
        effect = (logits(left_out(family, changes, weights, what), sequences[0]) - results[0]).abs().max().item()
        if not effect >= MIN_EFFECT:
            sys.exit(f"{name}: leaving out {option} moves the logits by {effect} only")
        effects[option] = round(effect, 4)
    golden = {"tokens": sequences, "logits": [[round(v, 7) for v in result.flatten().tolist()] for result in results], "leftOut": effects}
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{folder.relative_to(ROOT)}: {effects}")


def write_training_case(family: str, seed: int, changes: dict) -> None:
    folder = TRAINING_FOLDER / f"training-{family}"
    config = config_of(family, changes)
    model = model_of(config, write_directory(folder, config, wide_weights(config, seed), False))
    examples = make_golden.training_examples()
    steps = make_golden.train(model, examples)
    # A bias of unturned keys shifts all scores alike: its gradient is rounding, which AdamW's division magnifies.
    norms = {name: parameter.norm().item() for name, parameter in model.named_parameters() if not name.endswith("c_attn.bias")}
    golden = {"settings": make_golden.SETTINGS, "examples": examples, "steps": steps, "finalWeightNorms": norms}
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{folder.relative_to(ROOT)}: objective {steps[0]['objective']:.4f} to {steps[-1]['objective']:.4f}")


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    for number, (name, case) in enumerate(CASES.items()):
        write_case(name, 50 + number, *case)
    for number, (family, changes) in enumerate(TRAINED.items()):
        write_training_case(family, 90 + number, changes)


if __name__ == "__main__":
    main()
