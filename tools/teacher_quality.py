#!/usr/bin/env python3
"""Bits per byte of a model on the demo's traffic, which the demo's teacher was not trained on, beside xz -9e on the same text.

    tools/teacher_quality.py [MODEL_FOLDER]          (default: demo-teacher)

Takes every 25th of a domain's source files in console/target/traffic, JAR by JAR in the order of names and without licence headers, and joins them to one
text, with an empty line between them. Prints one JSON object.
"""

import json
import lzma
import subprocess
import sys
import tempfile
from pathlib import Path

from corpus import documents

ROOT = Path(__file__).resolve().parent.parent
DOMAINS = {"java": ".java", "scala": ".scala"}
EVERY = 25


def sample(domain: str, suffix: str) -> tuple[int, str]:
    """How many files, and their text."""
    in_domain = [d for d in documents([ROOT / "console/target/traffic" / domain]) if d.path.endswith(suffix)]
    texts = [d.text for d in in_domain[::EVERY]]
    return len(texts), "\n\n".join(texts)


def xz_bits_per_byte(data: bytes) -> float:
    packed = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
    return 8 * len(packed) / len(data)


def model_bits_per_byte(model: Path, text: str) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        scored = subprocess.run(
            [ROOT / "logitstream", "score", "--model", model, "--text", file.name],
            check=True,
            capture_output=True,
            text=True,
        )
    return json.loads(scored.stdout)["bitsPerByte"]


def main() -> None:
    model = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "demo-teacher")
    report = {}
    for domain, suffix in DOMAINS.items():
        files, text = sample(domain, suffix)
        data = text.encode()
        report[domain] = {
            "files": files,
            "bytes": len(data),
            "bitsPerByte": round(model_bits_per_byte(model, text), 3),
            "xzBitsPerByte": round(xz_bits_per_byte(data), 3),
        }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
