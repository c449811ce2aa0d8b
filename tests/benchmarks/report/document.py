"""The document: prose that stays, and every figure from the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.benchmarks.applications.report import BAR as APPLICATIONS_BAR
from tests.benchmarks.engine.report import geometric_mean
from tests.benchmarks.engine.session import OURS, STOCK
from tests.benchmarks.orm.backends import BASE, EXPECTED, JUDGED
from tests.benchmarks.report.picture import FLOOR

INTRODUCTION = """# Performance

Made by `nox -s report` from what the benchmarks have measured; every figure is theirs. `nox -s report -- --quick` makes
fewer and shorter rounds, and its figures are for looking only.

## Method

- Every engine has a process of its own, and all take turns on one core. A ratio compares two figures of the same round; the
  median of the rounds is shown, with half of the distance between the quartiles as its spread.
- Times are CPU time of the process. What a database server does is not in them, the work of SQLite is.
- First the pages are compared, byte for byte, for more than one context. A page that differs has no time.
- *Functions* are the Python functions that one warm render enters: an exact number, which no load of the machine moves.
- The *floor* is the same page written by hand: f-strings, escaping in C, and for pages of QuerySets the ideal SQL on a
  cursor. It is what would be left if everything that an engine does cost nothing.
"""


def written(data: dict[str, Any]) -> str:
    """The whole document."""
    parts: list[Iterable[str]] = [
        INTRODUCTION.splitlines(),
        machine(data),
        engine(data["engine"]),
        newest(data["newest"]) if "newest" in data else (),
        querysets(data["orm"]),
        applications(data["applications"]),
        growth(data["growth"]),
    ]
    return "\n".join(line for part in parts for line in [*part, ""]).rstrip("\n") + "\n"


def wrong_pages(data: dict[str, Any]) -> list[str]:
    """Each page of ours that is not stock's."""
    seen = [
        (part, row["name"], row["results"].get(OURS))
        for part in ("engine", "newest")
        if part in data
        for row in data[part]["scenarios"]
    ]
    for database, found in data["orm"]["databases"].items():
        seen += [(database, page, results.get(JUDGED)) for page, results in found["pages"].items()]
    for name, found in data["applications"]["applications"].items():
        seen += [(name, page, results.get(OURS)) for page, results in found["pages"].items()]
    return [
        f"{place} {page}: {result['status']} {result['detail']}"
        for place, page, result in seen
        if result is not None and result["status"] != "ok"
    ]


def table(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """A table; columns but the first are figures."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "|".join(["---", *["--:"] * (len(head) - 1)]) + "|"
    for row in rows:
        yield "| " + " | ".join(text.replace("|", "\\|") for text in row) + " |"


def number(value: float | None, unit: str = "") -> str:
    """A figure with about three digits; a count as it is."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}{unit}"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}{unit}"


def percent(share: float) -> str:
    """A share of one."""
    return f"{share * 100:.0f} %"


def machine(data: dict[str, Any]) -> Iterator[str]:
    """What was measured with what."""
    yield measured_with(data["engine"]["run"])
    yield "The extension is built as release wheels are (`nox -s release`); no page that is measured takes part in that."
    rounds = {part: data[part]["run"]["rounds"] for part in data}
    yield "Rounds: " + ", ".join(f"{part} {count}" for part, count in rounds.items()) + "."


def measured_with(run: dict[str, Any]) -> str:
    """The versions of all that was measured."""
    versions = {name: found for one in run["versions"].values() for name, found in one.items()}
    named = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return f"Measured with Python {run['python']} on {run['machine']}; {named}."


def engine(data: dict[str, Any]) -> Iterator[str]:
    """The engine alone, scenario by scenario."""
    yield "## The engine alone"
    yield ""
    yield from kinds_and_scenarios(
        data, "![Ratios to stock by scenario](performance_scenarios.svg)"
    )


def newest(data: dict[str, Any]) -> Iterator[str]:
    """The same on the newest Python and Django."""
    yield "## The engine alone, on the newest Python and Django"
    yield ""
    yield measured_with(data["run"])
    yield ""
    yield from kinds_and_scenarios(data, "")


def rivals_of(data: dict[str, Any]) -> list[str]:
    """The other engines that were measured."""
    return [name for name in data["summaries"] if name not in (STOCK, OURS, FLOOR)]


def ahead_of_us(data: dict[str, Any]) -> Iterator[str]:
    """Where a rival is faster than we are; Jinja2 pages are other templates."""
    rivals = [name for name in rivals_of(data) if name != "jinja2"]
    found = []
    for row in data["scenarios"]:
        ours = row["results"].get(OURS)
        for name in rivals:
            other = row["results"].get(name)
            both_right = ours and other and ours["status"] == other["status"] == "ok"
            if both_right and other["ratio"] > ours["ratio"]:
                found.append(
                    f"{row['name']} ({name} {number(other['ratio'])}, ours {number(ours['ratio'])})"
                )
    if rivals:
        yield ""
        of = f"{len(found)} of {len(data['scenarios'])} scenarios"
        yield f"A rival is faster on {of}{': ' if found else ''}{', '.join(found)}."


def kinds_and_scenarios(data: dict[str, Any], picture: str) -> Iterator[str]:
    """Two tables: means by kind, and all scenarios; the picture's place is between them."""
    rivals = rivals_of(data)
    shown = [OURS, *rivals, *([FLOOR] if FLOOR in data["summaries"] else [])]
    yield "How many times faster than stock, geometric means; in brackets the pages that came out right."
    yield ""
    summaries = {name: data["summaries"][name] for name in shown}
    kinds = list(dict.fromkeys(kind for found in summaries.values() for kind in found["kinds"]))
    rows = [
        ["**all pages**", *(f"**{number(found['render'])}** ({found['ok']} of {found['wanted']})"
                            for found in summaries.values())]
    ]  # fmt: skip
    rows += [
        [kind, *(number(found["kinds"].get(kind)) for found in summaries.values())]
        for kind in kinds
    ]
    yield from table(["kind", *shown], rows)
    ours = summaries[OURS]
    yield ""
    yield f"The least of ours: {ours['worst']}, {number(ours['worst_ratio'])} times."
    yield from ahead_of_us(data)
    yield from memory(data.get("memory_kib_per_template") or {})
    if picture:
        yield ""
        yield picture
    yield ""
    head = ["scenario", "stock µs", "ours µs", "ours", "functions: stock", "ours"]
    head += [*rivals, *(["floor", "ours from the floor"] if FLOOR in shown else [])]
    yield from table(head, (scenario(row, rivals, FLOOR in shown) for row in data["scenarios"]))


def memory(found: dict[str, Any]) -> Iterator[str]:
    """What a compiled template of 2 KB keeps."""
    kept = {name: value for name, value in found.items() if isinstance(value, (int, float))}
    if kept:
        yield ""
        yield (
            "A compiled template of 2 KB keeps: "
            + ", ".join(f"{name} {number(value)} KiB" for name, value in kept.items())
            + "."
        )


def scenario(row: dict[str, Any], rivals: list[str], with_floor: bool) -> list[str]:
    """One scenario as a row."""
    results = row["results"]
    stock, ours = results[STOCK], results[OURS]
    cells = [
        row["name"], number(stock["us"]), number(ours["us"]), ratio(ours),
        number(stock["functions"]), number(ours["functions"]),
    ]  # fmt: skip
    cells += [ratio(results.get(name)) for name in rivals]
    if with_floor:
        floor = results.get(FLOOR)
        good = floor is not None and floor["status"] == "ok" and floor["us"] > 0
        cells += [ratio(floor), number(ours["us"] / floor["us"], " x") if good else "–"]
    return cells


def ratio(result: dict[str, Any] | None) -> str:
    """How many times faster, with its spread; or what went wrong."""
    if result is None or result["status"] == "none":
        return "–"
    if result["status"] != "ok":
        return str(result["status"])
    return f"{number(result['ratio'])} ±{result['spread'] * 100:.0f}%"


def querysets(data: dict[str, Any]) -> Iterator[str]:
    """Pages of QuerySets on each database."""
    yield "## Pages of QuerySets"
    yield ""
    yield f"`{JUDGED}` is a naive view on our engine, `{BASE}` an expert's on stock, `{EXPECTED}` the naive view on stock."
    yield "*Trips* are how often a page waits for the server: queries that are sent together are waited for once."
    for database, found in data["databases"].items():
        yield ""
        yield f"### {database}"
        yield ""
        yield from table(
            [
                "page",
                "who",
                "CPU ms",
                "x expert",
                "wall ms",
                "x expert",
                "queries",
                "trips",
                "from the floor",
            ],
            (
                queryset_row(page, name, results)
                for page, results in found["pages"].items()
                for name in results
            ),
        )
    yield ""
    yield "What was asked for, and what came:"
    yield ""
    yield from table(
        ["page", "database", "figure", "measured", "asked for", ""],
        (
            [bar["page"], bar["database"], bar["what"], number(bar["value"], bar["unit"]),
             f"{'≥' if bar['at_least'] else '≤'} {number(bar['wanted'], bar['unit'])}",
             "reached" if bar["is_reached"] else "**missed**"]
            for bar in data["bars"]
        ),
    )  # fmt: skip


def queryset_row(page: str, name: str, results: dict[str, Any]) -> list[str]:
    """One backend on one page."""
    result = results[name]
    if result["status"] != "ok":
        return [page, name, result["status"], *["–"] * 6]
    floor = results.get(FLOOR)
    from_floor = result["cpu"] / floor["cpu"] if floor and floor["cpu"] else None
    return [
        page, name, number(result["cpu"]), number(result["cpu_ratio"]), number(result["wall"]),
        number(result["wall_ratio"]), str(result["queries"]),
        str(result["trips"] or "–"), number(from_floor, " x"),
    ]  # fmt: skip


def applications(data: dict[str, Any]) -> Iterator[str]:
    """Pages of real applications."""
    yield "## Real applications"
    yield ""
    yield (
        "Their pages, visited as a browser does. The time is that of the outermost `render()` of a template: views and middleware "
        "stay outside; tags, forms, and QuerySets that the template is the first to read are inside. With `BACKEND` as the only line "
        f"changed, an application's pages together should take at most {percent(APPLICATIONS_BAR)} of stock's time."
    )
    yield ""
    yield from table(
        ["application", "pages", "of stock's time", "ours alone", "mean of the pages", "most", ""],
        (
            [found["application"], str(found["pages"]), percent(found["total"]), percent(found["own"]), percent(found["mean"]),
             f"{percent(found['worst_share'])} ({found['worst']})",
             "reached" if found["is_reached"] else "**missed**"]
            for found in data["summaries"] if found["engine"] == OURS
        ),
    )  # fmt: skip
    yield ""
    yield (
        "*Ours alone* is what our package takes, QuerySets that it evaluates included; the rest is code of Django's and the application's that "
        "templates call, their queries included, which no template engine makes faster. "
        "What holds us on a page is in its last column: who has the time of a page on our engine, measured with a profiler, which makes Python code "
        "look slower than it is. Functions in it are Python code of Django and of the application, which stock runs as well."
    )
    for name, found in data["applications"].items():
        yield ""
        yield f"### {name}"
        yield ""
        yield from table(
            [
                "page",
                "stock µs",
                "ours µs",
                "of stock",
                "functions: stock",
                "ours",
                "request",
                "who has the time",
            ],
            (application_row(page, results) for page, results in found["pages"].items()),
        )


def application_row(page: str, results: dict[str, Any]) -> list[str]:
    """One page."""
    stock, ours = results[STOCK], results[OURS]
    if ours["status"] != "ok":
        return [f"`{page}`", number(stock["us"]), ours["status"], *["–"] * 5]
    holders = [
        f"{percent(share)} {name.rpartition('.')[2] if '.' in name else name}"
        for name, share in ours["holders"][:3]
    ]
    return [
        f"`{page}`", number(stock["us"]), number(ours["us"]), percent(ours["share"]), number(stock["functions"]),
        number(ours["functions"]), percent(ours["request_share"]), ", ".join(holders),
    ]  # fmt: skip


def growth(data: dict[str, Any]) -> Iterator[str]:
    """Rows and threads."""
    yield "## Growth with rows"
    yield ""
    yield (
        "A list of dictionaries; and a list of orders with the customer of each, where stock has the expert's `select_related` and "
        "ours has not. Microseconds are per row."
    )
    yield ""
    yield from table(
        ["rows", "of", "stock µs", "ours µs", "x stock"],
        (
            [f"{row['rows']:,}", row["kind"], number(row["us"][STOCK] / row["rows"]),
             number(row["us"][OURS] / row["rows"]), number(row["ratio"])]
            for row in data["rows"]
        ),
    )  # fmt: skip
    ends = [
        (row["us"][OURS] / row["rows"], row["rows"])
        for row in data["rows"] if row["kind"] == "dictionaries" and row["rows"] >= 100
    ]  # fmt: skip
    change = ends[-1][0] / ends[0][0]
    yield ""
    yield f"From {ends[0][1]:,} to {ends[-1][1]:,} dictionaries, a row takes {number(change)} times as long on ours."
    yield ""
    yield "![Milliseconds of a page against its rows](performance_growth.svg)"
    yield ""
    yield "## Threads"
    yield ""
    yield (
        "Pages of a hundred dictionaries per second, all cores allowed. Python's lock lets one thread run at a time, on both engines; "
        "what is to be seen is that threads do not get into each other's way. Every page was compared."
    )
    yield ""
    yield from table(
        ["threads", "stock", "ours", "x stock"],
        (
            [str(row["threads"]), number(row["pages"][STOCK]), number(row["pages"][OURS]),
             number(row["pages"][OURS] / row["pages"][STOCK])]
            for row in data["threads"]
        ),
    )  # fmt: skip
    mean = geometric_mean(row["pages"][OURS] / row["pages"][STOCK] for row in data["threads"])
    yield ""
    yield f"Over all numbers of threads, ours renders {number(mean)} times as many."
