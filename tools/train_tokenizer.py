#!/usr/bin/env python3
"""Trains the demo's tokenizer: byte-level BPE over source code, licence headers left out.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.22.*
    mvn -f demo-teacher/corpus/pom.xml generate-resources
    venv/bin/python tools/train_tokenizer.py demo-teacher/corpus/target demo-teacher

Reads every .java and .scala entry of the JARs under the first argument, in sorted order, and writes tokenizer.json and
tokenizer_config.json into the second. The same JARs and the same version of `tokenizers` give the same file.
"""

import argparse
import json
import pathlib
import re
import zipfile

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

BEGIN, END = "<|begin|>", "<|end|>"

# Words with one leading space; up to three digits; punctuation with one leading space; a line break with the indentation of the next line;
# other white space.
SPLIT = r" ?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s*[\r\n]+[ \t]*|\s+(?!\S)|\s+"

LICENCE = re.compile(r"licen[sc]e|copyright", re.IGNORECASE)
LEADING_COMMENT = re.compile(r"\A\s*(/\*.*?\*/|(?://[^\n]*\n)+)", re.DOTALL)


def without_licence(text: str) -> str:
    comment = LEADING_COMMENT.match(text)
    if comment and LICENCE.search(comment.group(1)):
        return text[comment.end():].lstrip("\n")
    return text


def texts(folder: pathlib.Path):
    for archive in sorted(folder.rglob("*.jar")):
        with zipfile.ZipFile(archive) as jar:
            for name in sorted(jar.namelist()):
                if name.endswith((".java", ".scala")):
                    yield without_licence(jar.read(name).decode("utf-8", "replace"))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("corpus", type=pathlib.Path, help="folder with source JARs")
    arguments.add_argument("output", type=pathlib.Path, help="folder that receives tokenizer.json")
    arguments.add_argument("--vocabulary", type=int, default=4096, help="number of tokens, special ones included")
    options = arguments.parse_args()

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=options.vocabulary,
        special_tokens=[BEGIN, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts(options.corpus), trainer)
    if tokenizer.get_vocab_size() != options.vocabulary:
        raise SystemExit(f"{tokenizer.get_vocab_size()} tokens, expected {options.vocabulary}: the corpus is too small")

    options.output.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(options.output / "tokenizer.json"))
    (options.output / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "tokenizer_class": "PreTrainedTokenizerFast",
                "bos_token": BEGIN,
                "eos_token": END,
                "add_bos_token": False,
                "add_prefix_space": False,
                "clean_up_tokenization_spaces": False,
                "model_max_length": 512,
            },
            indent=2,
        )
        + "\n"
    )
    total_bytes = total_tokens = 0
    for index, text in enumerate(texts(options.corpus)):
        if index % 50 == 0:
            total_bytes += len(text.encode("utf-8"))
            total_tokens += len(tokenizer.encode(text).ids)
    print(f"{total_bytes / total_tokens:.3f} bytes a token over every fiftieth file of the corpus")


if __name__ == "__main__":
    main()
