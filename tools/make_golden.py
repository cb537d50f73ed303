#!/usr/bin/env python3
"""Writes golden files: what transformers and PyTorch compute, for tests of the decoder and of the training step.

    python tools/make_golden.py          # needs the PyPI packages torch, transformers 5 and safetensors

model/src/test/resources/golden/NAME/ holds a tiny Llama model with random weights as a Hugging Face directory
(config.json, model.safetensors) and golden.json:

    {"tokens": [[...], ...], "logProbabilities": [[...], ...]}

logProbabilities[i] are the natural logarithms of every token's probability after each position of tokens[i], row by
row: (length of tokens[i]) x (vocabulary), computed in float64 from the weights as stored. Weights are wide (standard
deviation 0.25, gains of norms about 1 +- 0.3), so that whatever a decoder leaves out shows: the script refuses to
write a file where a wrong reading of the configuration moves the log-probabilities by less than 0.01.

distillation/src/test/resources/golden/training/ holds such a model before training and golden.json: settings,
examples, and the losses, gradient norms and final weights' norms of 20 steps of AdamW in float64. The recipe is
`train` below, written out rather than taken from a library.
"""

import json
import math
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM

ROOT = Path(__file__).resolve().parent.parent
MODEL_FOLDER = ROOT / "model/src/test/resources/golden"
TRAINING_FOLDER = ROOT / "distillation/src/test/resources/golden/training"
VOCABULARY = 80
LENGTHS = (24, 9)
MIN_EFFECT = 0.01
BASE = dict(
    vocab_size=VOCABULARY,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=8,
    hidden_act="silu",
    attention_bias=False,
    mlp_bias=False,
    rms_norm_eps=1e-5,
    rope_theta=10000.0,
    tie_word_embeddings=True,
    max_position_embeddings=64,
    bos_token_id=0,
    eos_token_id=1,
)

# Each case: what differs from BASE, how weights are stored, and a wrong reading that must show.
CASES = {
    "grouped-query": (dict(), torch.float32, dict(rope_theta=500.0)),
    "multi-head": (dict(num_key_value_heads=4, tie_word_embeddings=False), torch.float32, dict(rope_theta=500.0)),
    "multi-query": (dict(num_key_value_heads=1), torch.float32, dict(rope_theta=500.0)),
    "wide-heads": (dict(head_dim=16, tie_word_embeddings=False), torch.float32, dict(rope_theta=500.0)),
    "other-rotation-and-epsilon": (dict(rope_theta=1000000.0, rms_norm_eps=0.03), torch.float32, dict(rms_norm_eps=1e-5)),
    "other-rotation": (dict(rope_theta=100.0), torch.float32, dict(rope_theta=10000.0)),
    "bfloat16": (dict(tie_word_embeddings=False), torch.bfloat16, dict(rope_theta=500.0)),
    "transformers-4-keys": (dict(rope_theta=250.0), torch.float32, dict(rope_theta=10000.0)),
}


def llama_config(**changes) -> LlamaConfig:
    values = {**BASE, **changes}
    theta = values.pop("rope_theta")
    return LlamaConfig(**values, rope_parameters={"rope_type": "default", "rope_theta": theta}, attn_implementation="eager")


def wide_weights(config: LlamaConfig, seed: int) -> dict[str, torch.Tensor]:
    """Random weights by name; a tied head is not among them."""
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, parameter in LlamaForCausalLM(config).named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        weights[name] = 1 + 0.3 * noise if parameter.dim() == 1 else 0.25 * noise
    return weights


def model_of(config: LlamaConfig, weights: dict[str, torch.Tensor]) -> LlamaForCausalLM:
    """The model in float64, every weight set."""
    model = LlamaForCausalLM(config).double()
    missing, unexpected = model.load_state_dict({name: value.double() for name, value in weights.items()}, strict=False)
    if unexpected or [name for name in missing if name != "lm_head.weight" or not config.tie_word_embeddings]:
        sys.exit(f"weights do not fit: missing {missing}, unexpected {unexpected}")
    return model.eval()


def log_probabilities(model: LlamaForCausalLM, tokens: list[int]) -> torch.Tensor:
    """(T, V) float64."""
    logits = model(torch.tensor([tokens]), use_cache=False).logits[0]
    return torch.log_softmax(logits.double(), dim=-1)


def random_tokens(length: int, seed: int) -> list[int]:
    return torch.randint(0, VOCABULARY, (length,), generator=torch.Generator().manual_seed(seed)).tolist()


def config_json(config: LlamaConfig, stored_as: torch.dtype, transformers_4: bool) -> dict:
    """config.json as transformers 5 writes it, or with the keys of 4."""
    values = config.to_diff_dict()
    values["architectures"] = ["LlamaForCausalLM"]
    for key, value in BASE.items():
        if key != "rope_theta":
            values[key] = getattr(config, key)
    values.pop("dtype", None)
    values["rope_parameters"] = {key: config.rope_parameters[key] for key in ("rope_theta", "rope_type")}
    type_name = str(stored_as).removeprefix("torch.")
    if not transformers_4:
        return dict(sorted({**values, "dtype": type_name}.items()))
    rope = values.pop("rope_parameters")
    values.update(torch_dtype=type_name, rope_theta=rope["rope_theta"], rope_scaling=None, transformers_version="4.57.6")
    values.pop("head_dim")
    return dict(sorted(values.items()))


def write_directory(folder: Path, config: LlamaConfig, weights: dict, stored_as: torch.dtype, transformers_4=False) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    stored = {name: value.to(stored_as).contiguous() for name, value in weights.items()}
    save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})
    text = json.dumps(config_json(config, stored_as, transformers_4), indent=2)
    (folder / "config.json").write_text(text + "\n", encoding="utf-8")


def rounded(values: torch.Tensor) -> list[float]:
    return [round(value, 9) for value in values.flatten().tolist()]


@torch.no_grad()
def write_model_case(name: str, seed: int, changes: dict, stored_as: torch.dtype, wrong: dict) -> None:
    config = llama_config(**changes)
    folder = MODEL_FOLDER / name
    write_directory(folder, config, wide_weights(config, seed), stored_as, transformers_4="4" in name)
    weights = load_file(folder / "model.safetensors")
    model = model_of(config, weights)
    misread = model_of(llama_config(**{**changes, **wrong}), weights)
    sequences = [random_tokens(length, 100 * seed + length) for length in LENGTHS]
    results = [log_probabilities(model, tokens) for tokens in sequences]
    effect = (log_probabilities(misread, sequences[0]) - results[0]).abs().max().item()
    if effect < MIN_EFFECT:
        sys.exit(f"{name}: reading {wrong} moves the log-probabilities by {effect} only")
    golden = {"tokens": sequences, "logProbabilities": [rounded(result) for result in results]}
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{folder.relative_to(ROOT)}: reading {wrong} instead moves log-probabilities by up to {effect:.3f}")


# --- training -------------------------------------------------------------------------------------------------------

STEPS = 20
SETTINGS = dict(
    softWeight=0.6,
    learningRate=0.02,
    warmupSteps=5,
    beta1=0.9,
    beta2=0.95,
    epsilon=1e-8,
    weightDecay=0.1,
    clipNorm=1.0,
)


def teacher_logits(rows: int, seed: int) -> torch.Tensor:
    """(R, V) float16 at or under 0, each row's maximum 0."""
    logits = 2 * torch.randn((rows, VOCABULARY), generator=torch.Generator().manual_seed(seed))
    return (logits - logits.max(dim=-1, keepdim=True).values).half()


def training_examples() -> list[dict]:
    """Two sequences with a teacher's distributions, one with labels alone; one of them weighs double, one has a gap."""
    specifications = [(13, [[0, 12]], 1.0, True), (10, [[2, 5], [6, 9]], 2.0, True), (16, [[0, 15]], 1.0, False)]
    examples = []
    for number, (length, trained, weight, soft) in enumerate(specifications):
        rows = sum(end - start for start, end in trained)
        bits = teacher_logits(rows, 40 + number).view(torch.int16).flatten().tolist() if soft else None
        examples.append({"tokens": random_tokens(length, 20 + number), "trained": trained, "weight": weight, "teacherLogitsBinary16": bits})
    return examples


def losses(model: LlamaForCausalLM, examples: list[dict]) -> tuple[torch.Tensor, float, float]:
    """The step's objective (differentiable), the mean cross-entropy and the mean forward KL, all in nats.

    Objective: sum over positions of weight * (softWeight * KL(teacher || student) + (1 - softWeight) * -log s(label)),
    over the sum of weights of the whole step; a sequence without a teacher's distribution counts by its labels alone.
    """
    objective, cross_entropy, kl = torch.zeros((), dtype=torch.float64), 0.0, 0.0
    weight_sum, tokens, kl_tokens = 0.0, 0, 0
    for example in examples:
        positions = [t for start, end in example["trained"] for t in range(start, end)]
        student = log_probabilities(model, example["tokens"][:-1])[positions]
        labels = torch.tensor([example["tokens"][t + 1] for t in positions])
        hard = -student.gather(1, labels[:, None])[:, 0]
        loss = hard
        if example["teacherLogitsBinary16"] is not None:
            bits = torch.tensor(example["teacherLogitsBinary16"], dtype=torch.int16).view(torch.float16)
            teacher = torch.log_softmax(bits.view(-1, VOCABULARY).double(), dim=-1)
            soft = (teacher.exp() * (teacher - student)).sum(dim=-1)
            loss = SETTINGS["softWeight"] * soft + (1 - SETTINGS["softWeight"]) * hard
            kl += soft.sum().item()
            kl_tokens += len(positions)
        objective = objective + example["weight"] * loss.sum()
        weight_sum += example["weight"] * len(positions)
        cross_entropy += hard.sum().item()
        tokens += len(positions)
    return objective / weight_sum, cross_entropy / tokens, kl / kl_tokens


def train(model: LlamaForCausalLM, examples: list[dict]) -> list[dict]:
    """AdamW with bias correction, decoupled decay of matrices only, linear warm-up then constant, clipped by the norm
    of the whole gradient. Losses are those before the step's update."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    first = [torch.zeros_like(p) for p in parameters]
    second = [torch.zeros_like(p) for p in parameters]
    steps = []
    for step in range(1, STEPS + 1):
        objective, cross_entropy, kl = losses(model, examples)
        gradients = torch.autograd.grad(objective, parameters)
        norm = math.sqrt(sum(g.pow(2).sum().item() for g in gradients))
        factor = min(1.0, SETTINGS["clipNorm"] / norm)
        rate = SETTINGS["learningRate"] * min(1.0, step / SETTINGS["warmupSteps"])
        beta1, beta2 = SETTINGS["beta1"], SETTINGS["beta2"]
        with torch.no_grad():
            for p, g, m, v in zip(parameters, gradients, first, second):
                g = g * factor
                m.mul_(beta1).add_(g, alpha=1 - beta1)
                v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
                if p.dim() == 2:
                    p.mul_(1 - rate * SETTINGS["weightDecay"])
                root = (v / (1 - beta2**step)).sqrt() + SETTINGS["epsilon"]
                p.sub_(rate * (m / (1 - beta1**step)) / root)
        steps.append(dict(objective=objective.item(), crossEntropy=cross_entropy, forwardKl=kl, gradientNorm=norm, learningRate=rate))
    return steps


def write_training_case() -> None:
    config = llama_config(num_hidden_layers=1, tie_word_embeddings=False)
    write_directory(TRAINING_FOLDER, config, wide_weights(config, 9), torch.float32)
    model = model_of(config, load_file(TRAINING_FOLDER / "model.safetensors"))
    examples = training_examples()
    steps = train(model, examples)
    norms = {name: parameter.norm().item() for name, parameter in model.named_parameters()}
    golden = {"settings": SETTINGS, "examples": examples, "steps": steps, "finalWeightNorms": norms}
    (TRAINING_FOLDER / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n", encoding="utf-8")
    clipped = sum(step["gradientNorm"] > SETTINGS["clipNorm"] for step in steps)
    print(f"{TRAINING_FOLDER.relative_to(ROOT)}: objective {steps[0]['objective']:.4f} to {steps[-1]['objective']:.4f}, {clipped} of {STEPS} steps clipped")


def main() -> None:
    torch.set_num_threads(1)
    for number, (name, (changes, stored_as, wrong)) in enumerate(CASES.items()):
        write_model_case(name, number + 1, changes, stored_as, wrong)
    write_training_case()


if __name__ == "__main__":
    main()
