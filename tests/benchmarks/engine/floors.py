"""The same pages written by hand: f-strings and a C function that escapes, and no engine at all.

Each function takes the scenario's context and returns what the template gives. There is one only where
a Python programmer would write it so: no page with forms, translations or time zones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import _escape_inner

Context = dict[str, Any]


def escaped(value: object) -> str:
    """`html.escape`, by MarkupSafe's C code; only quotes are written in another way there."""
    text: str = _escape_inner(str(value))
    return text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;") if "&#3" in text else text


def single(context: Context) -> str:
    return f"<h1>{escaped(context['title'])}</h1>\n"


def many(context: Context) -> str:
    names = [f"field_{number}" for number in range(40)]
    rows = [f"<dt>{name}</dt><dd>{escaped(context[name])}</dd>\n" for name in names]
    return f"<dl>\n{''.join(rows)}</dl>\n"


def person(context: Context) -> str:
    one = context["person"]
    return f"""<div class="card">
<h3>{escaped(one.name)}</h3><a href="mailto:{escaped(one.email)}">{escaped(one.email)}</a>
<p>{one.age} years, {escaped(one.city)}, score {one.score}</p>
<p>{escaped(one.tags[0])}, {escaped(one.tags[1])}: {one.is_adult} {one.admin}</p>
</div>
"""


def safe_strings(context: Context) -> str:
    raw = context["raw"]
    return "".join(f"<div>{b}{b}{raw}{b}</div>\n" for b in context["blocks"])


def plain_loop(context: Context) -> str:
    rows = [f"<li>{escaped(item)}</li>" for item in context["items"]]
    return f"<ul>{''.join(rows)}</ul>\n"


def counters(context: Context) -> str:
    items = context["items"]
    last = len(items) - 1
    rows = []
    for at, item in enumerate(items):
        first = "<td>first</td>" if at == 0 else ""
        comma = "<td>,</td>" if at != last else ""
        rows.append(
            f'<tr id="{at}">\n<td>{at + 1}/{last - at + 1}</td><td>{escaped(item["title"])}</td>\n'
            f"{first}{comma}</tr>\n"
        )
    return "".join(rows)


def nested(context: Context) -> str:
    parts = []
    for number, group in enumerate(context["groups"], 1):
        parts.append(f"<section><h2>{escaped(group['name'])}</h2>\n")
        for at, item in enumerate(group["items"], 1):
            words = "".join(f" {escaped(word)}" for word in reversed(item["words"]))
            parts.append(f"<p>{number}.{at}\n{escaped(item['title'])}{words}</p>\n")
        parts.append("</section>")
    return "".join(parts) + "\n"


def table(context: Context) -> str:
    rows = ["".join(f"<td>{escaped(cell)}</td>" for cell in row) for row in context["rows"]]
    return "<table>\n" + "".join(f"<tr>{row}</tr>\n" for row in rows) + "</table>\n"


def numbers(context: Context) -> str:
    rows = ["".join(f"<td>{cell}</td>" for cell in row) for row in context["rows"]]
    return "<table>\n" + "".join(f"<tr>{row}</tr>\n" for row in rows) + "</table>\n"


def growing(context: Context) -> str:
    rows = [
        f'<tr class="{"on" if item["active"] else "off"}">\n<td>{at}</td>'
        f"<td>{escaped(item['title'])}</td><td>{item['price']}</td>\n"
        f"<td>{escaped(item['group'].lower())}</td></tr>"
        for at, item in enumerate(context["items"], 1)
    ]
    return f"<table>\n{''.join(rows)}</table>\n"


def small_table(context: Context) -> str:
    rows = [
        f"\n<tr><td>{item['id']}</td><td>{escaped(item['title'])}</td><td>{item['price']}</td></tr>"
        for item in context["items"]
    ]
    return f"<h1>{escaped(context['heading'])}</h1><table>{''.join(rows)}\n</table>\n"


def rows_of_includes(context: Context) -> str:
    rows = [
        f"<tr><td>{item['id']}</td><td>{escaped(item['title'])}</td><td>{item['price']}</td></tr>\n"
        for item in context["items"]
    ]
    return f"<table>{''.join(rows)}</table>\n"


def small_inheritance(context: Context) -> str:
    lines = "".join(f"<p>{escaped(line)}</p>\n" for line in context["lines"])
    return (
        f"<!doctype html>\n<title>{escaped(context['title'])}</title>\n"
        f"<main>{lines}</main>\n<footer>{escaped(context['shop'])}</footer>\n"
    )


FLOORS: dict[str, Callable[[Context], str]] = {
    "values/single": single,
    "values/single_with_request": single,
    "values/many": many,
    "values/attributes": person,
    "values/safe_strings": safe_strings,
    "loops/plain": plain_loop,
    "loops/counters": counters,
    "loops/nested": nested,
    "loops/table_1000x10": table,
    "loops/number_table_1000x10": numbers,
    "pages/plain_table": small_table,
    "structure/include_in_loop": rows_of_includes,
    "structure/small_inheritance": small_inheritance,
    **{f"growth/{count}": growing for count in (10, 100, 1_000, 10_000)},
}
