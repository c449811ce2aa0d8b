"""What the first page of a process waits for: modules are imported for pages that use them.

Times differ from machine to machine; which modules a page needs, and whether code is compiled for
it, does not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
import json
import sys

from django.conf import settings

settings.configure(
    SECRET_KEY="of nobody",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", *sys.argv[2:]],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DJUST_CONFIG={"JIT_CACHE_BACKEND": "memory"},
    TEMPLATES=[{"BACKEND": "djust_backend.DjustTemplates", "NAME": "django"}],
)
import django

django.setup()
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.handlers import wsgi
from django.db import connection
from django.template import engines

with connection.schema_editor() as editor:
    editor.create_model(ContentType)
    editor.create_model(Permission)
kind = ContentType.objects.create(app_label="app", model="book")
Permission.objects.create(name="May <read>", content_type=kind, codename="read")


def ours():
    names = (name for name in sys.modules if name.partition(".")[0] == "djust_backend")
    return sorted(names)


before = ours()
compiled = []



def note(event, values):
    # Sources of modules are compiled where nobody keeps bytecode.
    if event == "compile" and str(values[1]).startswith("<"):
        compiled.append(str(values[1]))


sys.addaudithook(note)
context = {"permissions": Permission.objects.order_by("pk"), "words": ["a", "b"]}
text = engines["django"].from_string(sys.argv[1]).render(context)
json.dump({"before": before, "after": ours(), "compiled": compiled, "text": text}, sys.stdout)
"""

#: What any page needs: the face, and of the ORM room what row mode is made of.
CORE = {
    "djust_backend", "djust_backend._native", "djust_backend.backend", "djust_backend.bridge",
    "djust_backend.conf", "djust_backend.engine", "djust_backend.form_engine",
    "djust_backend.fragments", "djust_backend.known_nodes", "djust_backend.later",
    "djust_backend.localisation", "djust_backend.plan_cache", "djust_backend.processors",
    "djust_backend.proxies", "djust_backend.records", "djust_backend.sources",
    "djust_backend.template", "djust_backend.watched",
    "djust_backend.cache", "djust_backend.cache.events",
    "djust_backend.orm", "djust_backend.orm.arrivals", "djust_backend.orm.choose",
    "djust_backend.orm.choose.joins", "djust_backend.orm.choose.pushdown",
    "djust_backend.orm.choose.rows", "djust_backend.orm.code_needs",
    "djust_backend.orm.conditions", "djust_backend.orm.conversions", "djust_backend.orm.display",
    "djust_backend.orm.facts", "djust_backend.orm.generated", "djust_backend.orm.guards",
    "djust_backend.orm.levels", "djust_backend.orm.links", "djust_backend.orm.order_names",
    "djust_backend.orm.plan", "djust_backend.orm.readers", "djust_backend.orm.row_mode",
    "djust_backend.orm.rowsets",
    "djust_backend.orm.sending", "djust_backend.orm.shapes", "djust_backend.orm.shared",
    "djust_backend.orm.source", "djust_backend.orm.statements", "djust_backend.orm.timestamps",
    "djust_backend.orm.touched", "djust_backend.orm.undeclared", "djust_backend.orm.usage",
    "djust_backend.orm.versions",
}  # fmt: skip

#: A template, its text, and what it needs besides.
PAGES: dict[str, tuple[str, str, set[str]]] = {
    "without models": ("{% for word in words %}{{ word|upper }}{% endfor %}", "AB", set()),
    "rows of columns": (
        "{% for p in permissions %}{{ p.name }} {{ p.content_type.model }}{% endfor %}",
        "May &lt;read&gt; book",
        set(),
    ),
    "a method of a model": (
        "{% for p in permissions %}{{ p.content_type.name }}{% endfor %}",
        "book",
        {"djust_backend.orm.code_reading", "djust_backend.orm.code_walk"},
    ),
    "a tag of Python code": (
        "{% load static %}{% get_static_prefix as prefix %}{{ words|join:'-' }}",
        "a-b",
        {"djust_backend.parser", "djust_backend.nodes"},
    ),
}


def new_process(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """How a program ends in a process of its own, and what it says."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
    )


def first_page(template: str, *apps: str) -> dict[str, Any]:
    """What a new process says after its first page; asserts that there is one."""
    done = new_process(PROGRAM, template, *apps)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_imports_what_it_uses(name: str) -> None:
    template, text, more = PAGES[name]
    found = first_page(template)
    assert found["text"] == text
    assert found["before"] == []
    after = set(found["after"])
    assert after >= CORE
    if more:
        assert more <= after
    else:
        assert after == CORE


def test_no_class_is_made_of_compiled_code() -> None:
    """Dataclasses and named tuples compile code of their own when they are made."""
    template, _, _ = PAGES["rows of columns"]
    assert first_page(template)["compiled"] == []


def test_the_app_imports_everything_before_the_first_page() -> None:
    template, _, _ = PAGES["a method of a model"]
    found = first_page(template, "djust_backend")
    assert found["before"] == found["after"]
    assert "djust_backend.orm.peers" in found["before"]


TRACES = """
import gettext
import logging
import sys

from django.conf import settings

settings.configure(
    SECRET_KEY="of nobody",
    INSTALLED_APPS=["django.contrib.contenttypes", "djust_backend"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    LANGUAGE_CODE="de",
    TEMPLATES=[{"BACKEND": "djust_backend.DjustTemplates", "NAME": "django"}],
)
import django
from django.template import base
from django.test.signals import template_rendered

if len(sys.argv) > 1:
    # What a site replaces is left to Django, page by page.
    base.Node.render_annotated = lambda self, context: "other"
said = []
logging.getLogger("django.template").addHandler(
    type("Keeper", (logging.Handler,), {"emit": lambda self, record: said.append(record)})(),
)
logging.getLogger("django.template").setLevel(logging.DEBUG)
template_rendered.connect(lambda **named: said.append(named))
django.setup()

from django.db import connection
from django.template import engines
from django.utils import formats, timezone
from django.utils.translation import trans_real

from djust_backend._native import render_counters

assert said == []
assert trans_real._translations == {} and trans_real._default is None
assert not hasattr(trans_real._active, "value")
assert formats._format_cache == {}
assert timezone.get_default_timezone.cache_info().currsize == 0
assert any(path.endswith("de/LC_MESSAGES/django.mo") for _, path in gettext._translations)
assert connection.connection is None
assert "templates" not in vars(engines) and engines._engines == {}
assert render_counters() == {
    "native_templates": 0, "native_renders": 0,
    "stock_templates": 0, "stock_renders": 0, "stock_reasons": {},
}, render_counters()
text = engines["django"].from_string("{{ x }}").render({"x": 1})
counted = render_counters()
if len(sys.argv) > 1:
    assert (text, counted["native_renders"], counted["stock_renders"]) == ("other", 0, 1), counted
else:
    assert (text, counted["native_renders"], counted["stock_renders"]) == ("1", 1, 0), counted
"""


@pytest.mark.parametrize("how", [[], ["patched"]])
def test_what_the_app_does_at_start_leaves_no_trace(how: list[str]) -> None:
    """No language, format, time zone, connection or engine of the site's is asked for."""
    done = new_process(TRACES, *how)
    assert done.returncode == 0, done.stderr


BROKEN = """
import sys

from django.conf import settings

settings.configure(
    SECRET_KEY="of nobody",
    INSTALLED_APPS=["djust_backend"],
    LANGUAGE_CODE="de",
    LOCALE_PATHS=[sys.argv[1]],
    TEMPLATES=[{"BACKEND": sys.argv[2], "NAME": "django"}],
)
import django

django.setup()
from django.template import engines
from django.utils import translation

with translation.override("en"):
    assert engines["django"].from_string("{% load i18n %}{{ x }}").render({"x": "x"}) == "x"
try:
    print(engines["django"].from_string("{% load i18n %}{% trans 'Yes' %}").render())
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("contents", [b"", b"no messages", b"\xde\x12\x04\x95" + b"\xff" * 40])
def test_messages_that_cannot_be_read_are_told_of_by_a_page(
    tmp_path: Path, contents: bytes
) -> None:
    """Not by the start of the process, which may never need them."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(contents)
    said = []
    for backend in (
        "django.template.backends.django.DjangoTemplates",
        "djust_backend.DjustTemplates",
    ):
        done = new_process(BROKEN, str(tmp_path), backend)
        said.append((done.returncode, done.stdout, done.stderr.splitlines()[-1:]))
    assert said[0] == said[1]
