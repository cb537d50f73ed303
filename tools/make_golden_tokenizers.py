#!/usr/bin/env python3
"""Writes tokenizers and what the Hugging Face library encodes with them, as golden files of the tests of `model`.

    python tools/make_golden_tokenizers.py        # needs the PyPI package tokenizers

model/src/test/resources/tokenizers/golden/NAME/ holds tokenizer.json, trained on this repository's documents, and golden.json:

    {"texts": [{"text": ..., "ids": [...], "decoded": ...}, ...]}

ids are those of the library with `encode_special_tokens`: a special token's spelling in a text is text.
"""

import json
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "model/src/test/resources/tokenizers/golden"
TRAINING = [ROOT / "CONTRIBUTING.md", ROOT / "docs/adr/0001-torchscript-programs.md"]
TEXTS = [
    "",
    " ",
    "Every value is Avro.",
    "  two  spaces\tand a tab\n\nand lines\r\n",
    "public static void main(String[] args) {\n    return;\n}",
    "na\u00efve caf\u00e9 \u2014 \u65e5\u672c\u8a9e \U0001d6fc \U0001f469\u200d\U0001f4bb",
    "<|end|>",
    "before<|end|>after <|begin|> </s><s> <unk> <0x41>",
    "<|end|><|end|>",
    "a\u2581b",
    "<extra> and an<extra>",
]


def byte_level(names: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train([str(file) for file in TRAINING], trainers.BpeTrainer(vocab_size=400, special_tokens=names, initial_alphabet=alphabet, show_progress=False))
    return tokenizer


def sentencepiece_style(prepend: bool) -> Tokenizer:
    """Llama 2's layout (a normalizer prepends and replaces) or Mistral's newer one (a metaspace pre-tokenizer), with byte fallback."""
    special = ["<unk>", "<s>", "</s>"]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if prepend:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
        steps = [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="first", split=False)
        steps = [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    tokenizer.decoder = decoders.Sequence(steps)
    bytes_ = [f"<0x{value:02X}>" for value in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=special + bytes_, show_progress=False, max_token_length=8)
    tokenizer.train_from_iterator(" ".join(file.read_text(encoding="utf-8") for file in TRAINING).split("\n"), trainer)
    layout = json.loads(tokenizer.to_str())
    layout["added_tokens"] = [token for token in layout["added_tokens"] if token["content"] in special]
    return Tokenizer.from_str(json.dumps(layout))


def write(name: str, tokenizer: Tokenizer) -> None:
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
    tokenizer.encode_special_tokens = True
    texts = []
    for text in TEXTS:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        texts.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids)})
    special = [id for id, token in tokenizer.get_added_tokens_decoder().items() if token.special]
    written = sorted({id for text in texts for id in text["ids"]} & set(special))
    (folder / "golden.json").write_text(json.dumps({"texts": texts}, indent=1) + "\n", encoding="utf-8")
    print(f"{folder.relative_to(ROOT)}: {tokenizer.get_vocab_size()} tokens; special ones that texts gave: {written}")


def main() -> None:
    names = ["<|begin|>", "<|end|>"]
    write("byte-level", byte_level(names))
    added = byte_level(names)
    added.add_tokens([AddedToken("<extra>", special=False)])
    write("byte-level-added", added)
    write("llama-2", sentencepiece_style(True))
    write("mistral", sentencepiece_style(False))


if __name__ == "__main__":
    main()
