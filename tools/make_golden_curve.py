#!/usr/bin/env python3
"""Writes the loss curve of a whole run, as PyTorch computes it: 200 steps over fresh batches of sampled records.

    python tools/make_golden_curve.py          # needs the PyPI packages torch, transformers 5 and safetensors

distillation/src/test/resources/golden/training-curve/ holds a tiny Llama model before training and golden.json: settings, a pool of
examples (texts that a random teacher wrote, and for each position the ids and counts of its draws), the examples of each step, and every step's objective,
gradient norm and learning rate in float64. `float32Deviation` and `float32NormDeviation` are the largest deviations of the same loop in float32:
what rounding alone explains.
"""

import json
import math
import random

import torch
from safetensors.torch import load_file

import make_golden
from make_golden import ROOT, VOCABULARY, llama_config, log_probabilities, model_of, wide_weights, write_directory

FOLDER = ROOT / "distillation/src/test/resources/golden/training-curve"
STEPS, POOL, BATCH, SAMPLES = 200, 40, 4, 16
SETTINGS = dict(
    make_golden.SETTINGS,
    softWeight=0.7,
    learningRate=0.01,
    warmupSteps=20,
    stableSteps=100,
    decaySteps=60,
    finalShare=0.1,
)


def pool() -> list[dict]:
    """Texts that a random model wrote, each with its draws at every position."""
    config = llama_config()
    teacher = model_of(config, wide_weights(config, 77))
    generator = torch.Generator().manual_seed(5)
    examples = []
    for number in range(POOL):
        tokens = [0]
        entries: list[list[int]] = []
        for _ in range(14 + number % 9):
            row = log_probabilities(teacher, tokens)[-1].exp().detach()
            draws = torch.multinomial(row, SAMPLES, replacement=True, generator=generator)
            ids, counts = draws.unique(sorted=True, return_counts=True)
            entries.append([value for pair in zip(ids.tolist(), counts.tolist()) for value in pair])
            tokens.append(int(torch.multinomial(row, 1, generator=generator)))
        examples.append({"tokens": tokens, "weight": 1.0 + number % 3, "idsAndCounts": entries})
    return examples


def objective_of(model, batch: list[dict]) -> torch.Tensor:
    """Sum over positions of weight * (softWeight * sum over draws of -log s / M + (1 - softWeight) * -log s(label)), over the sum of weights."""
    total, weight_sum = 0.0, 0.0
    for example in batch:
        tokens = torch.tensor(example["tokens"])
        student = torch.log_softmax(model(tokens[None, :-1]).logits[0], dim=-1)
        counts = torch.zeros_like(student)
        for row, entries in enumerate(example["idsAndCounts"]):
            counts[row, entries[0::2]] = torch.tensor(entries[1::2], dtype=student.dtype)
        soft = -(counts / SAMPLES * student).sum(dim=-1)
        hard = -student.gather(1, tokens[1:, None])[:, 0]
        loss = SETTINGS["softWeight"] * soft + (1 - SETTINGS["softWeight"]) * hard
        total = total + example["weight"] * loss.sum()
        weight_sum += example["weight"] * len(loss)
    return total / weight_sum


def rate_at(step: int) -> float:
    """Linear warm-up, stable, half a period of a cosine down to finalShare, then that."""
    s = SETTINGS
    if step < s["warmupSteps"]:
        return s["learningRate"] * step / s["warmupSteps"]
    done = min(1.0, max(0, step - s["warmupSteps"] - s["stableSteps"]) / s["decaySteps"])
    return s["learningRate"] * (s["finalShare"] + (1 - s["finalShare"]) * (1 + math.cos(math.pi * done)) / 2)


def run(model, examples: list[dict], batches: list[list[int]]) -> list[dict]:
    """The loop as one writes it with torch.optim.AdamW and clip_grad_norm_."""
    matrices = [p for p in model.parameters() if p.dim() == 2]
    vectors = [p for p in model.parameters() if p.dim() != 2]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": SETTINGS["weightDecay"]}, {"params": vectors, "weight_decay": 0.0}],
        betas=(SETTINGS["beta1"], SETTINGS["beta2"]),
        eps=SETTINGS["epsilon"],
    )
    steps = []
    for step, batch in enumerate(batches, start=1):
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step)
        optimizer.zero_grad()
        objective = objective_of(model, [examples[index] for index in batch])
        objective.backward()
        norm = math.sqrt(sum(p.grad.double().pow(2).sum().item() for p in model.parameters()))
        for p in model.parameters():
            p.grad.mul_(min(1.0, SETTINGS["clipNorm"] / norm))
        optimizer.step()
        steps.append({"objective": objective.item(), "gradientNorm": norm, "learningRate": rate_at(step)})
    return steps


def deviation(name: str, steps: list[dict], others: list[dict]) -> float:
    return max(abs(a[name] - b[name]) for a, b in zip(steps, others))


def main() -> None:
    torch.set_num_threads(1)
    config = llama_config(tie_word_embeddings=False)
    weights = {name: 0.4 * value if value.dim() == 2 else value for name, value in wide_weights(config, 9).items()}
    write_directory(FOLDER, config, weights, torch.float32)
    stored = load_file(FOLDER / "model.safetensors")
    examples = pool()
    order = random.Random(3)
    batches = [order.sample(range(POOL), BATCH) for _ in range(STEPS)]
    exact = run(model_of(config, stored), examples, batches)
    rounded = run(model_of(config, stored).float(), examples, batches)
    golden = {
        "settings": SETTINGS,
        "sampleSize": SAMPLES,
        "float32Deviation": deviation("objective", exact, rounded),
        "float32NormDeviation": deviation("gradientNorm", exact, rounded),
        "examples": examples,
        "steps": [{"batch": batch, **step} for batch, step in zip(batches, exact)],
    }
    (FOLDER / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n", encoding="utf-8")
    clipped = sum(step["gradientNorm"] > SETTINGS["clipNorm"] for step in exact)
    print(
        f"{FOLDER.relative_to(ROOT)}: {VOCABULARY} ids, objective {exact[0]['objective']:.4f} to {exact[-1]['objective']:.4f}, {clipped} of {STEPS} steps clipped; "
        f"float32 deviates by at most {golden['float32Deviation']:.2e} (gradient norm {golden['float32NormDeviation']:.2e})"
    )


if __name__ == "__main__":
    main()
