"""What is measured: every scenario, gathered from the modules of this folder."""

from __future__ import annotations

from tests.benchmarks.engine.scenario import Scenario


def load() -> list[Scenario]:
    """
    Every scenario, in the order of the report. Needs a configured Django.

    Raises ValueError when two scenarios share a name, or a template name with two sources.
    """
    from tests.benchmarks.engine.scenarios import (
        custom,
        dates,
        filters,
        growth,
        loops,
        pages,
        structure,
        translation,
        values,
    )

    modules = [values, filters, dates, loops, structure, translation, custom, pages, growth]
    found = [scenario for module in modules for scenario in module.SCENARIOS]
    names: set[str] = set()
    sources: dict[tuple[str, str], str] = {}
    for scenario in found:
        if scenario.name in names:
            raise ValueError(f"two scenarios are called {scenario.name}")
        names.add(scenario.name)
        for language, template, source in scenario.files():
            if sources.setdefault((language, template), source) != source:
                raise ValueError(f"two sources for the template {template}")
    return found
