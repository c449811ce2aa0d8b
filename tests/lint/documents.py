"""Checks that what the documents point at exists: files, tests, sessions behind `nox -s`.

python -m tests.lint.documents
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.lint.sources import ROOT, source_files

LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)(?:#[^)]*)?\)")
SESSION = re.compile(r"\bnox -s ([\w-]+)|\bnoxfile\.py (\w+)")
TEST = re.compile(r"([\w/]+\.py)::(\w+)")


def main() -> int:
    """Print what leads nowhere; return the exit status."""
    sessions = known_sessions()
    documents = [path for path in source_files() if path.suffix == ".md"]
    offences = [offence for path in documents for offence in check(path, sessions)]
    for offence in offences:
        print(f"error: {offence}")
    print(f"documents: {len(documents)} read, {len(offences)} errors")
    return 1 if offences else 0


def known_sessions() -> set[str]:
    """Return the names that noxfile.py runs: its sessions and its commands."""
    text = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    functions = re.findall(r"^@nox\.session.*?^def (\w+?)_?\(", text, re.MULTILINE | re.DOTALL)
    named = re.findall(r'^@nox\.session\(name="([\w-]+)"', text, re.MULTILINE)
    commands = re.findall(r'^    "(\w+)": \[', text, re.MULTILINE)
    return {*functions, *named, *commands}


def check(path: Path, sessions: set[str]) -> Iterator[str]:
    """Yield the dead ends of one document."""
    name = path.relative_to(ROOT).as_posix()
    text = path.read_text(encoding="utf-8")
    for link in LINK.findall(text):
        if not (path.parent / link).exists():
            yield f"{name}: {link} is not there"
    for match in SESSION.finditer(text):
        session = match[1] or match[2]
        if session not in sessions:
            yield f"{name}: noxfile.py has no session {session}"
    for place, test in TEST.findall(text):
        file = ROOT / place
        if not file.exists() or f"def {test}(" not in file.read_text(encoding="utf-8"):
            yield f"{name}: there is no test {place}::{test}"


if __name__ == "__main__":
    sys.exit(main())
