"""Reads source JARs the way the producer does: one document per source file, without its licence header."""

import re
import zipfile
from pathlib import Path
from typing import Iterator, NamedTuple

SOURCE_SUFFIXES = (".java", ".scala")

# A comment before the first line of code: /* ... */ or a run of // lines.
_LEADING_COMMENT = re.compile(r"\s*(/\*.*?\*/|(?://[^\n]*(?:\n|\Z)[ \t]*)+)", re.DOTALL)
_LICENCE_WORDS = re.compile(
    r"licen[cs]e|copyright|\(c\)|all rights reserved|spdx|redistribution|public domain|permission is hereby granted",
    re.IGNORECASE,
)


class Document(NamedTuple):
    """One source file: the JAR's file name, the entry's path in it, and the text."""

    jar: str
    path: str
    text: str


def without_licence_header(text: str) -> str:
    """The text without leading comments that speak of a licence or a copyright."""
    text = text.lstrip("\ufeff")
    while True:
        comment = _LEADING_COMMENT.match(text)
        if comment is None or not _LICENCE_WORDS.search(comment.group(1)):
            return text.lstrip()
        text = text[comment.end() :]


def documents(paths: list[Path]) -> Iterator[Document]:
    """The documents of JARs, and of all JARs in folders, in the order of their names; never empty ones."""
    for path in paths:
        jars = sorted(path.rglob("*.jar")) if path.is_dir() else [path]
        if not jars:
            raise SystemExit(f"{path} holds no JAR; fetch the corpus first (see tools/README.md)")
        for jar in jars:
            with zipfile.ZipFile(jar) as archive:
                for name in sorted(archive.namelist()):
                    if not name.endswith(SOURCE_SUFFIXES):
                        continue
                    text = without_licence_header(archive.read(name).decode("utf-8", errors="replace"))
                    if text.strip():
                        yield Document(jar.name, name, text)
