#!/usr/bin/env python3
"""Writes tokenizers that the Hugging Face library has trained, as golden files of the tests of `model`.

    python tools/make_golden_tokenizer_training.py        # needs the PyPI package tokenizers, 0.22

model/src/test/resources/tokenizers/training/NAME/ holds texts.json, a list of texts; training.json, {"split", "special", "vocabulary"}; and
tokenizer.json, which they give. The texts are made to give ties, overlapping repetitions, and tokens that two pairs make.
"""

import json
import random
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "model/src/test/resources/tokenizers/training"
CODE = r" ?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s*[\r\n]+[ \t]*|\s+(?!\S)|\s+"


def train(texts: list[str], split: str, special: list[str], vocabulary: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    if split == "gpt2":
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    else:
        pattern = Regex(CODE if split == "code" else split)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Split(pattern, behavior="isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
        )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    assert tokenizer.get_vocab_size() == vocabulary, tokenizer.get_vocab_size()
    return tokenizer


def write(name: str, texts: list[str], split: str, special: list[str], vocabulary: int) -> None:
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = train(texts, split, special, vocabulary)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "texts.json").write_text(json.dumps(texts, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "training.json").write_text(json.dumps({"split": split, "special": special, "vocabulary": vocabulary}) + "\n")
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    made = len(tokenizer.get_vocab()) - 256 - len(special)
    print(f"{folder.relative_to(ROOT)}: {vocabulary} tokens, {len(merges)} merges for {made} tokens")


def letters(seed: int, words: int, alphabet: str, longest: int) -> list[str]:
    rng = random.Random(seed)
    return [" ".join("".join(rng.choice(alphabet) for _ in range(rng.randint(1, longest))) for _ in range(40)) for _ in range(words // 40)]


def main() -> None:
    documents = [(ROOT / name).read_text(encoding="utf-8") for name in ("CONTRIBUTING.md", "docs/adr/0001-torchscript-programs.md")]
    source = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "logits/src/main/java/io/logitstream/logits").glob("[A-L]*.java"))]
    unicode = [
        "naïve café — 日本語 𝛼 👩‍💻 １２３ ٣٤ ½ xⅣ ",
        "don't we'll I'm they've it's he'd you're \t\t x\u00a0y\u2003z\u0085w\u2028v",
        "trailing   \r\n\r\n  \tindent 0001112223334\n",
        "Ωμέγα ωμέγα ωμέγα мир миру мира שלום שלומי " * 3,
        "",
    ]
    write("text", documents + unicode, "gpt2", ["<|begin|>", "<|end|>"], 700)
    write("code", source + unicode, "code", ["<|begin|>", "<|end|>"], 900)
    write("repetitions", letters(1, 4000, "ab", 12) + ["a" * n for n in range(1, 60)], "gpt2", [], 700)
    write("ties", letters(2, 2000, "abcdefgh", 5), r"\S+|\s", ["<unk>"], 600)


if __name__ == "__main__":
    main()
