#!/usr/bin/env python3
"""Reports near-duplicates: how much of the demo's traffic the teacher has seen in training, and how much of the traffic
repeats between its own packages (the unit that is held out as a whole).

    python tools/corpus_overlap.py                       # needs the PyPI package numpy, and both corpora fetched
    python tools/corpus_overlap.py --output json

A text is cut into words and punctuation marks; white space does not count, licence headers are left out. A shingle is
50 of them in a row. Reported is the share of a JAR's distinct shingles that occur elsewhere, and the documents with more than
half of theirs elsewhere. Texts shorter than a shingle count as one shingle.
"""

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path

import numpy as np

from corpus import Document, documents

ROOT = Path(__file__).resolve().parent.parent
SHINGLE_WORDS = 50
MANY = 0.5
_WORD = re.compile(r"\w+|[^\w\s]")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class Shingles:
    """Hashes of shingles, 64 bits each, by one random number a word."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(1)
        self._numbers: dict[str, int] = {}

    def of(self, text: str) -> np.ndarray:
        """The distinct hashes, sorted."""
        words = _WORD.findall(text)
        for word in words:
            if word not in self._numbers:
                self._numbers[word] = int(self._random.integers(0, 2**64, dtype=np.uint64))
        values = np.array([self._numbers[word] for word in words], dtype=np.uint64)
        width = min(SHINGLE_WORDS, len(values))
        count = len(values) - width + 1
        hashes = np.zeros(count, dtype=np.uint64)
        for offset in range(width):
            hashes = (hashes ^ (hashes >> np.uint64(29))) * _MULTIPLIER + values[offset : offset + count]
        return np.unique(hashes)


def in_sorted(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Which of the values are in a sorted array."""
    places = np.searchsorted(among, values)
    places[places == len(among)] = 0
    return among[places] == values if len(among) else np.zeros(len(values), dtype=bool)


def package(document: Document) -> str:
    return f"{document.jar}!{document.path.rsplit('/', 1)[0]}"


def shared_with_training(traffic: list, training: np.ndarray) -> list[dict]:
    """One row a JAR of the traffic."""
    rows = []
    for jar in sorted({document.jar for document, _ in traffic}):
        own = [(document, shingles) for document, shingles in traffic if document.jar == jar]
        everything = np.unique(np.concatenate([shingles for _, shingles in own]))
        shares = {document.path: in_sorted(shingles, training).mean() for document, shingles in own}
        many = sorted(path for path, share in shares.items() if share > MANY)
        rows.append(
            {
                "jar": jar,
                "documents": len(own),
                "shingles": len(everything),
                "sharedShare": round(float(in_sorted(everything, training).mean()), 6),
                "documentsOverHalf": many,
            }
        )
    return rows


def shared_between_packages(traffic: list) -> dict:
    """Share of the traffic's shingles that stand in more than one package."""
    by_package: dict[str, list[np.ndarray]] = defaultdict(list)
    for document, shingles in traffic:
        by_package[package(document)].append(shingles)
    distinct = [np.unique(np.concatenate(parts)) for parts in by_package.values()]
    hashes, packages = np.unique(np.concatenate(distinct), return_counts=True)
    repeated = hashes[packages > 1]
    many = sorted(f"{d.jar}!{d.path}" for d, shingles in traffic if in_sorted(shingles, repeated).mean() > MANY)
    return {
        "packages": len(distinct),
        "shingles": len(hashes),
        "sharedShare": round(len(repeated) / len(hashes), 6),
        "documentsOverHalf": many,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--training", type=Path, nargs="+", default=[ROOT / "demo-teacher/corpus/target"])
    parser.add_argument("--traffic", type=Path, nargs="+", default=[ROOT / "console/target/traffic"])
    parser.add_argument("--output", choices=("text", "json"), default="text")
    arguments = parser.parse_args()

    shingles = Shingles()
    training = np.unique(np.concatenate([shingles.of(d.text) for d in documents(arguments.training)]))
    traffic = [(document, shingles.of(document.text)) for document in documents(arguments.traffic)]
    report = {
        "shingleWords": SHINGLE_WORDS,
        "trainingShingles": len(training),
        "trafficInTraining": shared_with_training(traffic, training),
        "trafficBetweenPackages": shared_between_packages(traffic),
    }
    if arguments.output == "json":
        print(json.dumps(report, indent=2))
        return
    print(f"Traffic in the teacher's training ({len(training):,} shingles of {SHINGLE_WORDS} words):")
    for row in report["trafficInTraining"]:
        print(f"  {row['jar']}: {row['documents']} documents, {100 * row['sharedShare']:.3f} % of {row['shingles']:,} shingles shared")
        for path in row["documentsOverHalf"]:
            print(f"    over half: {path}")
    between = report["trafficBetweenPackages"]
    print(f"Traffic between its own {between['packages']} packages: {100 * between['sharedShare']:.3f} % of {between['shingles']:,} shingles shared")
    for path in between["documentsOverHalf"]:
        print(f"    over half: {path}")


if __name__ == "__main__":
    main()
