"""Checks each source file that git knows: size, machine paths, imports from Rust, debug output.

    python tests/lint/sources.py

Prints every offender. A file that is too long, or any other offence, makes the exit status 1;
long functions and long parameter lists are warnings, which reviewers read.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LINES_OF_A_FILE = 600
LINES_OF_A_FUNCTION = 60
PARAMETERS = 5

#: The folders at the root of a machine that some developer or build host has and others have not.
#: Written as parts, or this file would be its own first offender.
MACHINE_FOLDERS = ("work", "home", "Users", "root", "tmp", "opt")
MACHINE_PATH = re.compile(rf"(?<![\w./*:}}>)$-])/(?:{'|'.join(MACHINE_FOLDERS)})/[\w.-]+")

#: Scripts that set up a whole system of their own name its folders: nothing there is a machine's.
SETS_UP_A_SYSTEM = ("tests/upstream/newer_python.sh",)

TEXT_SUFFIXES = {".py", ".pyi", ".rs", ".toml", ".md", ".html", ".sh", ".txt", ".cfg", ".yml"}

RUST_FUNCTION = re.compile(
    r"^(?P<indent>\s*)(?:pub(?:\([^)]*\))?\s+)?(?:const\s+|async\s+|unsafe\s+)*fn\s+(?P<name>\w+)"
)
RUST_IMPORT_OF_OURS = re.compile(r'\bimport\w*\s*\([^;]*?"djust_backend', re.DOTALL)
RUST_OUTPUT = re.compile(r"\b(?:e?print(?:ln)?|dbg)!\s*[({\[]")


@dataclass(frozen=True)
class Offence:
    """One thing to change; `fatal` ones fail the check."""

    place: str
    text: str
    fatal: bool = True


def main() -> int:
    """Check all files and print the offences; return the exit status."""
    offences = [offence for path in source_files() for offence in check(path)]
    for offence in sorted(offences, key=lambda offence: (offence.fatal, offence.place)):
        print(f"{'error' if offence.fatal else 'warning'}: {offence.place}: {offence.text}")
    fatal = sum(offence.fatal for offence in offences)
    print(f"sources: {fatal} errors, {len(offences) - fatal} warnings")
    return 1 if fatal else 0


def source_files() -> list[Path]:
    """Return what git tracks or would track; the whole folder's files where there is no git."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = sorted(set(listing.stdout.split("\0")) - {""})
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def check(path: Path) -> Iterator[Offence]:
    """Yield what is wrong in one file."""
    if path.suffix not in TEXT_SUFFIXES and path.name != "run":
        return
    name = path.relative_to(ROOT).as_posix()
    text = path.read_text(encoding="utf-8")
    if name not in SETS_UP_A_SYSTEM:
        yield from machine_paths(name, text)
    if path.suffix not in {".py", ".rs", ".pyi"}:
        return
    lines = text.count("\n")
    if lines > LINES_OF_A_FILE and "TABLE:" not in "".join(text.splitlines()[:1]):
        yield Offence(name, f"{lines} lines; {LINES_OF_A_FILE} are allowed")
    if path.suffix == ".rs":
        yield from rust_functions(name, text)
        yield from rust_offences(name, text)
    else:
        yield from python_functions(name, text)


def machine_paths(name: str, text: str) -> Iterator[Offence]:
    """Yield paths that exist on one machine only."""
    for number, line in enumerate(text.splitlines(), 1):
        if match := MACHINE_PATH.search(line):
            yield Offence(f"{name}:{number}", f"machine path {match.group()}")


def python_functions(name: str, text: str) -> Iterator[Offence]:
    """Yield long Python functions; ruff's PLR0913 counts the parameters."""
    for node in ast.walk(ast.parse(text, name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            yield from too_long(f"{name}:{node.lineno}", node.name, length)


def rust_functions(name: str, text: str) -> Iterator[Offence]:
    """Yield long Rust functions and long parameter lists; rustfmt's layout tells where they end."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = RUST_FUNCTION.match(line)
        if match is None:
            continue
        closing = match["indent"] + "}"
        end = next((n for n in range(number, len(lines)) if lines[n] == closing), number)
        if line.endswith(("}", ";")):
            end = number
        place = f"{name}:{number + 1}"
        yield from too_long(place, match["name"], end - number + 1)
        count = rust_parameters("\n".join(lines[number : end + 1]))
        if count > PARAMETERS:
            yield Offence(place, f"{match['name']}: {count} parameters", fatal=False)


def rust_parameters(function: str) -> int:
    """Count the parameters of a function's source, `self` and PyO3's `py` token left out."""
    start = function.find("(")
    depth, count, seen, previous = 0, 0, "", ""
    for sign in function[start:]:
        if sign in "([{<":
            depth += 1
        elif sign in ")]}" or (sign == ">" and previous != "-"):
            depth -= 1
        if depth == 0 or (depth == 1 and sign == ","):
            parameter = seen.strip("(, \n")
            count += bool(parameter) and not re.match(r"&?('\w+ )?(mut )?self\b|_?py\b", parameter)
            seen = ""
        else:
            seen += sign
        if depth == 0:
            return count
        previous = sign
    return count


def rust_offences(name: str, text: str) -> Iterator[Offence]:
    """Yield imports of our own Python modules, and output that no one asked for."""
    if "/src/" not in name:
        return  # tests and measurements may print
    code = "\n".join(line.split("//")[0] for line in text.splitlines())
    for pattern, complaint in (
        (RUST_IMPORT_OF_OURS, "imports djust_backend: let the face hand the callback in"),
        (RUST_OUTPUT, "prints; return an error or a value instead"),
    ):
        for match in pattern.finditer(code):
            yield Offence(f"{name}:{code.count(chr(10), 0, match.start()) + 1}", complaint)


def too_long(place: str, name: str, length: int) -> Iterator[Offence]:
    """Yield a warning when a function has more lines than allowed."""
    if length > LINES_OF_A_FUNCTION:
        yield Offence(place, f"{name}: {length} lines", fatal=False)


if __name__ == "__main__":
    sys.exit(main())
