"""The measured pages: the same text as stock's, and how many Python functions a warm render of ours enters."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest

from tests.benchmarks.engine.process import Process
from tests.benchmarks.engine.session import OURS, STOCK

#: A render enters the backend's `render`, and nothing else.
USUAL = 1

#: What else is entered: code of the site (properties, tags, filters), of the standard library, and of
#: Django where the page asks for it. An upper bound for every Python, with Django 5.2.
BUDGETS = {
    "values/attributes": 2,
    "values/model_instance": 8,
    "values/model_list": 60,
    "values/text_ucs4": 3,
    "values/lazy_strings": 21,
    "filters/lists": 60,
    "filters/numbers": 30,
    "dates/zones": 80,
    "loops/regroup": 5,
    "structure/url": 30,
    "structure/static": 8,
    "structure/querystring": 70,
    "structure/cache": 30,
    "translation/german": 40,
    "translation/languages": 130,
    "custom/simple_tag": 400,
    "custom/takes_context": 60,
    "custom/inclusion_tag": 45,
    "custom/python_filter": 180,
    "custom/node_with_body": 520,
    "pages/catalogue": 250,
    "pages/catalogue_german": 250,
    "pages/order": 160,
    "pages/form_as_p": 70,
    "pages/form_as_table": 50,
    "pages/form_default": 70,
    "pages/form_fields": 70,
    "pages/admin_change_list": 7000,
    "pages/admin_view_with_queries": 14_000,
    "compile/0.5kb": 20,
    "compile/5kb": 40,
    "compile/50kb": 40,
    "first_render/0.5kb": 60,
    "first_render/5kb": 120,
    "first_render/50kb": 400,
    "lookup/cached": 3,
}

#: With Django 6, `urlize` is Python's for links without a scheme, and there are partials.
if django.VERSION >= (6,):
    BUDGETS |= {
        "filters/markup": 3000,
        "filters/urlize": 3000,
        "structure/partials": 300,
        "pages/order": 230,
    }
if sys.version_info < (3, 11):
    # A name without an address is looked for by Django, and the last asgiref for this Python enters
    # more functions on the way.
    BUDGETS["structure/url"] = 42


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Process]]:
    """Stock and ours, each in a process of its own."""
    folder: Path = tmp_path_factory.mktemp("pages")
    processes = {name: Process(name, folder) for name in (STOCK, OURS)}
    yield processes
    for process in processes.values():
        process.stop()


def test_pages_and_functions(workers: dict[str, Process]) -> None:
    found: list[dict[str, Any]] = workers[STOCK].order("describe")
    names = [about["name"] for about in found]
    assert set(BUDGETS) <= set(names)
    entered = {}
    for name in names:
        texts = [workers[backend].order("check", name=name) for backend in (STOCK, OURS)]
        assert texts[0] == texts[1], name
        entered[name] = workers[OURS].order("functions", name=name)
    over = {name: count for name, count in entered.items() if count > BUDGETS.get(name, USUAL)}
    assert not over
