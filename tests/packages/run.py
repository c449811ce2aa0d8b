"""Visits a tiny site for each of many template packages, on stock Django and on ours, and compares.

    python tests/packages/run.py                 all packages
    python tests/packages/run.py cotton cms      some

Each package gets a virtual environment in `.cache/packages/`, with the versions of
`versions.toml`. Python 3.11 or newer; the extension must have been built for it. The exit status
is 1 when any page differs or takes more queries than on stock.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

import environment  # noqa: E402 - it stands one folder up

CACHE = ROOT / ".cache" / "packages"
FACE = CACHE / "face"
RESULTS = CACHE / "results"

#: How the pages are visited: as in production; and as in a test run, with debug and our
#: form renderer.
MODES = ("plain", "watched")

#: Seconds after which a site counts as hanging.
SITE_LIMIT = 300

#: Lines shown of each difference.
SHOWN_LINES = 12

#: What differs from one process to the next on stock, too: durations, clocks, dated tokens.
MASKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b\d+(?:\.\d+)?\s?(?:ms|msec|milliseconds)\b",
        r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)?",
        r"\b\d+(?:st|nd|rd|th) \w{3} \d{4} \d\d:\d\d\b",
        r"0x[0-9a-f]{8,}",
        r":1[0-9A-Za-z]{5}:[\w-]{43}",
        r"(?<=/)1-[a-z0-9]{6}-[0-9a-f]{32}(?=/)",
    )
)


class SiteError(Exception):
    """A site could not be visited at all; the text is the end of its output."""


@dataclass
class Verdict:
    """What became of one package."""

    name: str
    pages: int = 0
    identical: int = 0
    queries: list[int] = field(default_factory=lambda: [0, 0])
    counters: dict[str, Any] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """True if anything differs, or if nothing was compared."""
        return bool(self.troubles) or not self.pages or self.identical != self.pages

    def line(self) -> str:
        """The line of the table."""
        made, left = (self.counters.get(key, 0) for key in ("native_templates", "stock_templates"))
        share = f"{100 * made / (made + left):.0f} %" if made + left else "none"
        queries = "{} -> {}".format(*self.queries)
        word = "FAILED" if self.failed else "ok"
        return (
            f"{self.name:14}{self.pages:6}{self.identical:11}{queries:>16}"
            f"{share:>9} ({made} of {made + left})  {word}"
        )


def python_of(name: str, versions: dict[str, list[str]]) -> Path:
    """Return the Python of a package's environment, made or renewed when its versions changed."""
    wanted = [*versions["base"], *versions[name]]
    return environment.filled(CACHE / "venv" / name, Path(sys.executable), wanted, str(wanted))


def visit(name: str, python: Path, engine: str, mode: str) -> dict[str, Any]:
    """Return what one engine made of a site. Error: SiteError."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    result = RESULTS / f"{name}.{engine}.{mode}.json"
    result.unlink(missing_ok=True)
    env = {
        **environment.variables(python.parents[1]),
        "PYTHONPATH": str(FACE),
        "PYTHONHASHSEED": "0",
    }
    command = [python, "-X", "utf8", HERE / "worker.py", name, engine, mode, result]
    done = subprocess.run(
        [*map(str, command)], env=env, cwd=CACHE, capture_output=True, text=True, timeout=SITE_LIMIT
    )
    if done.returncode or not result.exists():
        raise SiteError(f"{engine}, {mode}:\n{(done.stdout + done.stderr)[-3000:]}")
    found: dict[str, Any] = json.loads(result.read_text())
    return found


def masked(seen: dict[str, Any]) -> dict[str, Any]:
    """Return what was seen without durations, clocks and the number of queries."""
    kept = {key: value for key, value in seen.items() if key != "queries"}
    for key in ("body", "error"):
        for mask in MASKS:
            if key in kept:
                kept[key] = mask.sub("…", kept[key])
    return kept


def difference(stock: dict[str, Any], ours: dict[str, Any]) -> str:
    """Show how two visits of a page differ."""
    lines = []
    both = [side.get("error") or f"status {side.get('status')}" for side in (stock, ours)]
    if both[0] != both[1]:
        return "  stock: {}\n  ours:  {}".format(*both)
    for key in sorted({*stock, *ours}):
        texts = [side.get(key, "(nothing)") for side in (stock, ours)]
        if texts[0] != texts[1]:
            split = [
                text.splitlines()
                if isinstance(text, str)
                else json.dumps(text, indent=0).splitlines()
                for text in texts
            ]
            found = [*difflib.unified_diff(*split, "stock", "ours", n=0, lineterm="")][2:]
            lines += [f"  {key}:", *(f"    {line[:240]}" for line in found[:SHOWN_LINES])]
    return "\n".join(lines)


def compare(verdict: Verdict, mode: str, stock: dict[str, Any], ours: dict[str, Any]) -> None:
    """Compare all pages of a site in one mode."""
    for page in sorted({*stock, *ours}, key=[*stock, *ours].index):
        verdict.pages += 1
        left, right = (side.get(page, {"error": "not visited"}) for side in (stock, ours))
        if masked(left) == masked(right):
            verdict.identical += 1
        else:
            verdict.troubles.append(f"{mode} {page}\n{difference(masked(left), masked(right))}")
        counts = [side.get("queries", 0) for side in (left, right)]
        verdict.queries = [
            total + more for total, more in zip(verdict.queries, counts, strict=True)
        ]
        if counts[1] > counts[0]:
            verdict.troubles.append(f"{mode} {page}: {counts[1]} queries, stock {counts[0]}")


def examine(name: str, versions: dict[str, list[str]]) -> Verdict:
    """Visit a package's site on both engines in both modes."""
    verdict = Verdict(name)
    try:
        python = python_of(name, versions)
        for mode in MODES:
            stock, ours = (visit(name, python, engine, mode) for engine in ("stock", "ours"))
            compare(verdict, mode, stock["pages"], ours["pages"])
            for key, value in ours["counters"].items():
                if isinstance(value, int):
                    verdict.counters[key] = verdict.counters.get(key, 0) + value
                else:
                    verdict.counters.setdefault(key, {}).update(value)
    except (SiteError, subprocess.SubprocessError) as problem:
        verdict.troubles.append(str(problem))
    return verdict


def show(text: str) -> None:
    """Print a line."""
    print(text, flush=True)  # noqa: T201


def main(arguments: list[str]) -> int:
    """Examine what is asked for; return the exit status."""
    versions = tomllib.loads((HERE / "versions.toml").read_text(encoding="utf-8"))["packages"]
    known = [name for name in versions if name != "base"]
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("packages", nargs="*", metavar="package", help=", ".join(known))
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="name the templates left to Django"
    )
    options = parser.parse_args(arguments)
    if unknown := sorted({*options.packages} - {*known}):
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    FACE.mkdir(parents=True, exist_ok=True)
    link = FACE / "djust_backend"
    if not link.exists():
        link.symlink_to(ROOT / "djust_backend")
    show(f"{'package':14}{'pages':>6}{'identical':>11}{'queries':>16}{'native':>9} templates")
    failed = 0
    for name in options.packages or known:
        verdict = examine(name, versions)
        show(verdict.line())
        failed += verdict.failed
        if options.verbose:
            for reason, count in verdict.counters.get("stock_reasons", {}).items():
                show(f"    left to Django: {reason} ({count})")
        for trouble in verdict.troubles:
            show(f"  {trouble}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
