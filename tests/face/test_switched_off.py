"""JIT_SERIALIZATION off: native rendering, and the queries of stock Django."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The renderer remembers what a class is for as long as a process runs.
PROGRAM = """
import sys
from django.conf import settings

settings.configure(
    DJUST_CONFIG={"JIT_SERIALIZATION": sys.argv[1] == "on", "JIT_CACHE_BACKEND": "memory"},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[
        {"BACKEND": "djust_backend.django.DjustTemplates", "NAME": "ours"},
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "NAME": "stock"},
    ],
)
import django
django.setup()
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext

call_command("migrate", verbosity=0)
source = "{% for p in permissions %}{{ p.content_type.model }} {{ p.codename }} {% endfor %}"
for name in ("stock", "ours"):
    with CaptureQueriesContext(connection) as queries:
        context = {"permissions": Permission.objects.order_by("pk")}
        text = engines[name].from_string(source).render(context)
    print(len(queries), hash(text))
from djust_backend._native import render_counters
print(render_counters()["stock_renders"])
"""


def queries(switch: str) -> tuple[int, int]:
    """The queries of the page on stock Django and on ours, whose texts are the same."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, switch],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    stock, ours, rendered_by_stock = result.stdout.splitlines()
    assert stock.split()[1] == ours.split()[1]
    assert rendered_by_stock == "0"
    return int(stock.split()[0]), int(ours.split()[0])


@pytest.mark.parametrize(("switch", "saves"), [("on", True), ("off", False)])
def test_the_switch_decides_whether_queries_are_planned(switch: str, saves: bool) -> None:
    stock, ours = queries(switch)
    assert stock > 2
    assert ours == (1 if saves else stock)
