#!/usr/bin/env python3
"""Checks an exported checkpoint: transformers loads it, and finds the log-probabilities that `logitstream score` finds.

    python tools/check_export.py DIR                       # scores a built-in sample
    python tools/check_export.py DIR --text FILE           # scores a file
    python tools/check_export.py DIR --text FILE --scores FILE.json    # takes the output of `logitstream score`
    python tools/check_export.py BASE --adapter DIR        # adapters, by PEFT beside the weights of BASE, and by `logitstream score --adapter`

Works with transformers 4 (4.56 and newer) and 5; needs the PyPI packages torch and transformers, and peft for --adapter. Computes in float32 on the CPU.
Exit status: 0 all equal, 1 something differs, 2 the check could not be made.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE = 1e-4
SAMPLE = """package example;

/** Counts words; \u00e9 and \U0001d6fc are letters too. */
public final class WordCount {
  private final Map<String, Integer> counts = new HashMap<>();

  public void add(String word) {
    counts.merge(word, 1, Integer::sum);
  }
}
"""


class CheckFailed(Exception):
    """The check could not be made."""


class Differences:
    """Prints each comparison and remembers whether one failed."""

    def __init__(self) -> None:
        self.failed = False

    def check(self, holds: bool, what: str) -> None:
        print(f"{'ok  ' if holds else 'FAIL'}  {what}")
        self.failed |= not holds

    def close(self, name: str, ours: float, theirs: float, tolerance: float) -> None:
        self.check(abs(ours - theirs) <= tolerance, f"{name}: score says {theirs:.9g}, transformers {ours:.9g}")


def load(folder: Path) -> tuple:
    """Model in float32 and tokenizer; every weight must be in the file, and every weight of the file in the model."""
    if not (folder / "config.json").is_file():
        raise CheckFailed("it is not a model directory: it has no config.json")
    model, loading = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True, output_loading_info=True
    )
    problems = {key: sorted(map(str, value)) for key, value in loading.items() if value}
    if problems:
        raise CheckFailed(f"weights do not fit: {problems}")
    return model.eval(), AutoTokenizer.from_pretrained(folder, local_files_only=True)


def with_adapter(model, adapter: Path):
    """The model with PEFT's adapters; every weight of theirs must be in the file, and every weight of the file among theirs."""
    import peft
    from safetensors import safe_open

    adapted = peft.PeftModel.from_pretrained(model, adapter, local_files_only=True).eval()
    wanted = set(peft.get_peft_model_state_dict(adapted))
    with safe_open(adapter / "adapter_model.safetensors", framework="pt") as stored:
        held = set(stored.keys())
    if held != wanted:
        raise CheckFailed(f"adapters do not fit: missing {sorted(wanted - held)}, unexpected {sorted(held - wanted)}")
    print(f"ok    peft {peft.__version__} loads {len(held)} weights of adapters")
    return adapted


def run_score(launcher: Path, folder: Path, adapter: Path | None, text: str) -> dict:
    """What `logitstream score` prints."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "text"
        file.write_bytes(text.encode())
        command = [str(launcher), "score", "--model", str(folder), "--text", str(file), "--dtype", "f32"]
        if adapter is not None:
            command += ["--adapter", str(adapter)]
        result = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if result.returncode != 0:
        raise CheckFailed(f"{' '.join(command)} ended with {result.returncode}")
    return json.loads(result.stdout)


@torch.no_grad()
def log_probabilities(model, ids: list[int]) -> list[float]:
    """Of every token after the first. A text longer than the model's positions is read in windows that overlap by half."""
    positions = model.config.max_position_embeddings
    values: list[float] = []
    start = 0
    while len(values) < len(ids) - 1:
        window = ids[start : start + positions + 1]
        logits = model(torch.tensor([window[:-1]]), use_cache=False).logits[0]
        rows = torch.log_softmax(logits.float(), dim=-1)
        labels = torch.tensor(window[1:])
        found = rows.gather(1, labels[:, None])[:, 0].tolist()
        values += found[len(values) - start :]
        start += len(window) - 1 - positions // 2
    return values


def compare(model, tokenizer, text: str | None, scores: dict) -> Differences:
    differences = Differences()
    ids, theirs = scores["ids"], scores["logProbabilities"]
    vocabulary = model.config.vocab_size
    differences.check(len(tokenizer) <= vocabulary, f"the tokenizer has {len(tokenizer)} tokens, the model {vocabulary}")
    begins = model.config.bos_token_id is not None and ids[:1] == [model.config.bos_token_id]
    content = ids[1:] if begins else ids
    if text is None:
        text = tokenizer.decode(content, skip_special_tokens=False)
    else:
        encoded = tokenizer.encode(text, add_special_tokens=False)
        differences.check(encoded == content, f"the tokenizer gives the same {len(content)} ids")
    differences.check(len(theirs) == len(ids) - 1, f"a log-probability for each of the {len(ids) - 1} tokens after the first")

    ours = log_probabilities(model, ids)
    errors = [abs(a - b) for a, b in zip(ours, theirs)]
    worst = max(range(len(errors)), key=errors.__getitem__)
    differences.check(
        errors[worst] <= TOLERANCE,
        f"log-probabilities differ by at most {errors[worst]:.2e} (token {worst + 1}: score {theirs[worst]:.7f}, transformers {ours[worst]:.7f})",
    )
    nats = -math.fsum(ours)
    unscored = b"" if begins else tokenizer.decode(content[:1], skip_special_tokens=False).encode()
    cross_entropy = nats / len(ours)
    differences.close("crossEntropy", cross_entropy, scores["crossEntropy"], TOLERANCE)
    differences.close("perplexity", math.exp(cross_entropy), scores["perplexity"], TOLERANCE * math.exp(cross_entropy))
    bits = nats / math.log(2) / (len(text.encode()) - len(unscored))
    differences.close("bitsPerByte", bits, scores["bitsPerByte"], TOLERANCE)
    return differences


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, help="what `logitstream checkpoints export` wrote")
    parser.add_argument("--adapter", type=Path, help="what `logitstream checkpoints export --adapter` or PEFT wrote, for the model in directory")
    parser.add_argument("--text", type=Path, help="the text to score (default: a built-in sample)")
    parser.add_argument("--scores", type=Path, help="output of `logitstream score`; without it, score is run")
    parser.add_argument("--logitstream", type=Path, default=ROOT / "logitstream", help="the launcher to run")
    arguments = parser.parse_args()

    print(f"transformers {transformers.__version__}, torch {torch.__version__}, {arguments.directory}")
    try:
        model, tokenizer = load(arguments.directory)
        if arguments.adapter:
            model = with_adapter(model, arguments.adapter)
        text = arguments.text.read_bytes().decode() if arguments.text else None
        if arguments.scores:
            scores = json.loads(arguments.scores.read_text(encoding="utf-8"))
        else:
            text = SAMPLE if text is None else text
            scores = run_score(arguments.logitstream, arguments.directory, arguments.adapter, text)
        print(f"ok    loads, {sum(p.numel() for p in model.parameters()):,} parameters")
        return 1 if compare(model, tokenizer, text, scores).failed else 0
    except (CheckFailed, ImportError, OSError, KeyError, ValueError) as error:
        print(f"cannot check {arguments.directory}: {type(error).__name__}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
