"""One list, ten to ten thousand rows long: what a row costs. Left out of the means."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.engine.scenario import Scenario
from tests.benchmarks.engine.shop import sample

ROWS = (10, 100, 1_000, 10_000)
SOURCE = """<table>
{% for item in items %}<tr class="{% if item.active %}on{% else %}off{% endif %}">
<td>{{ forloop.counter }}</td><td>{{ item.title }}</td><td>{{ item.price }}</td>
<td>{{ item.group|lower }}</td></tr>{% endfor %}</table>
"""


def rows(count: int) -> Any:
    """A context factory for so many dictionaries."""

    def context(variant: str) -> dict[str, Any]:
        return {"items": sample.records(variant, count)}

    return context


SCENARIOS: list[Scenario] = [
    Scenario(f"growth/{count}", "growth", {"growth.html": SOURCE}, rows(count), is_counted=False)
    for count in ROWS
]
