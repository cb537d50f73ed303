#!/usr/bin/env python3
"""Writes golden files of low-rank adapters: what PEFT computes, and how it trains them.

    python tools/make_golden_lora.py          # needs the PyPI packages torch, transformers 5, safetensors and peft

model/src/test/resources/golden/adapters/NAME/ holds a tiny model with random weights, adapter/ with random adapters as PEFT's
`save_pretrained` writes them, and golden.json as in `make_golden_families.py`: the logits of the model with its adapters in float64.
leftOut says how far the largest logit moves without the adapters, with those of one kind of matrix alone, and with the scaling
left out: the script refuses to write a file where one moves by less than a hundred times the tests' tolerance of 1e-4.

distillation/src/test/resources/golden/training-lora/ and training-lora-gpt2/ hold the training of `make_golden.py` with a model
whose weights stand still, and adapters as PEFT begins with them.
"""

import json
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora import LoraLayer
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

import make_golden
import make_golden_families as families

ROOT = Path(__file__).resolve().parent.parent
MODEL_FOLDER = ROOT / "model/src/test/resources/golden/adapters"
TRAINING_FOLDER = ROOT / "distillation/src/test/resources/golden"
PREFIX = "base_model.model."

# Each case: family, what differs from the sizes, the adapters.
CASES = {
    "llama-all": ("llama", dict(), dict(r=3, lora_alpha=7, target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])),
    "qwen2-rslora": ("qwen2", dict(tie_word_embeddings=True), dict(r=4, lora_alpha=2.5, use_rslora=True, lora_dropout=0.1, target_modules=["q_proj", "v_proj", "mlp.up_proj"])),
    "gpt2": ("gpt2", dict(), dict(r=2, lora_alpha=3, target_modules=["c_attn", "c_proj"], fan_in_fan_out=True)),
}

TRAINED = {
    "training-lora": ("llama", dict(num_key_value_heads=2), dict(r=3, lora_alpha=7, target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])),
    "training-lora-gpt2": ("gpt2", dict(), dict(r=2, lora_alpha=3, target_modules=["c_attn", "c_fc"], fan_in_fan_out=True)),
}


def base_of(folder: Path, family: str, changes: dict, seed: int):
    """A model in float64, written to a folder before."""
    config = families.config_of(family, changes)
    families.write_directory(folder, config, families.wide_weights(config, seed), False)
    return families.model_of(families.config_of(family, changes), load_file(folder / "model.safetensors"))


def randomise(model, seed: int) -> None:
    """B away from 0; as a float32 file holds it."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            noise = 0.25 * torch.randn(parameter.shape, generator=generator)
            parameter.data.copy_(noise.float().double())


def save(model, folder: Path) -> None:
    """As PEFT writes it, in float32; no machine's path in it."""
    model.float().save_pretrained(folder, save_embedding_layers=False)
    model.double()
    (folder / "README.md").unlink(missing_ok=True)
    file = folder / "adapter_config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = "base"
    config["target_modules"] = sorted(config["target_modules"])
    file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


@torch.no_grad()
def logits(model, tokens: list[int]) -> torch.Tensor:
    return model(torch.tensor([tokens]), use_cache=False).logits[0].double()


@torch.no_grad()
def left_out(model, sequence: list[int], expected: torch.Tensor, targets: list[str]) -> dict[str, float]:
    """The largest move of a logit without the adapters of each target, and with another scaling."""
    effects = {}
    for target in targets:
        saved = {name: p.clone() for name, p in model.named_parameters() if "lora_B" in name and f"{target}." in name}
        for name, p in model.named_parameters():
            if name in saved:
                p.zero_()
        effects[target] = (logits(model, sequence) - expected).abs().max().item()
        for name, p in model.named_parameters():
            if name in saved:
                p.copy_(saved[name])
    scaled = [module for module in model.modules() if isinstance(module, LoraLayer)]
    before = scaled[0].scaling["default"]
    for module in scaled:
        module.scaling["default"] = 1.0
    effects["scaling"] = (logits(model, sequence) - expected).abs().max().item()
    for module in scaled:
        module.scaling["default"] = before
    return effects


def write_case(name: str, seed: int, family: str, changes: dict, adapters: dict) -> None:
    folder = MODEL_FOLDER / name
    model = get_peft_model(base_of(folder, family, changes, seed), LoraConfig(task_type="CAUSAL_LM", **adapters)).double().eval()
    randomise(model, seed)
    save(model, folder / "adapter")
    sequences = [make_golden.random_tokens(length, 100 * seed + length) for length in families.LENGTHS]
    results = [logits(model, tokens) for tokens in sequences]
    effects = left_out(model, sequences[0], results[0], adapters["target_modules"])
    if min(effects.values()) < families.MIN_EFFECT:
        sys.exit(f"{name}: what is left out moves logits too little: {effects}")
    golden = {"tokens": sequences, "logits": [[round(v, 7) for v in values.flatten().tolist()] for values in results], "leftOut": {key: round(value, 4) for key, value in effects.items()}}
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{folder.relative_to(ROOT)}: {golden['leftOut']}")


def write_training_case(name: str, seed: int, family: str, changes: dict, adapters: dict) -> None:
    folder = TRAINING_FOLDER / name
    torch.manual_seed(seed)
    model = get_peft_model(base_of(folder, family, changes, seed), LoraConfig(task_type="CAUSAL_LM", **adapters)).double().eval()
    for parameter in model.parameters():
        parameter.data = parameter.data.float().double()
    save(model, folder / "adapter")
    examples = make_golden.training_examples()
    steps = make_golden.train(model, examples)
    norms = {
        key.removeprefix(PREFIX).replace(".default.", "."): p.norm().item() for key, p in model.named_parameters() if p.requires_grad
    }
    golden = {"settings": make_golden.SETTINGS, "examples": examples, "steps": steps, "finalWeightNorms": norms}
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{folder.relative_to(ROOT)}: objective {steps[0]['objective']:.4f} to {steps[-1]['objective']:.4f}")


def main() -> None:
    torch.set_num_threads(1)
    for number, (name, (family, changes, adapters)) in enumerate(CASES.items()):
        write_case(name, 200 + number, family, changes, adapters)
    for number, (name, (family, changes, adapters)) in enumerate(TRAINED.items()):
        write_training_case(name, 210 + number, family, changes, adapters)


if __name__ == "__main__":
    main()
