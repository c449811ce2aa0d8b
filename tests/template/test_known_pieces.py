"""Every piece of Django that runs natively is known on the installed Django: a new one tells what to read."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.views.main import ChangeList

from djust_backend import admin_columns, loading

TAGS = Path(__file__).parents[2] / "native/syntax/src/tags/mod.rs"

#: Compile functions that Django has since this release.
SINCE = {"partialdef_func": (6, 0), "partial_func": (6, 0)}

#: Run before any test has replaced anything.
UNKNOWN = """
import sys
import django
from django.conf import settings
settings.configure(USE_TZ=True)
django.setup()
from djust_backend import watched
found = watched.watch({table!r})
pieces = [note for notes in found.values() if isinstance(notes, list) for note in notes]
pieces = [piece for note in pieces if note for piece in (note[1] if len(note) == 2 else [note])]
for holder, name, value in pieces:
    if value is watched._REPLACED:
        print(holder, name)
missing = [row[1] for row, tag in zip({table!r}, found["tags"]) if tag is None]
print(*missing, sep="\\n")
assert len(pieces) > 300, len(pieces)
"""


def compile_functions() -> list[tuple[str, str, tuple[str, ...]]]:
    """Module, compile function and node classes of each tag that runs natively."""
    source = TAGS.read_text(encoding="utf-8")
    names = dict(re.findall(r'^const (\w+): &str = "([\w.]+)";', source, re.MULTILINE))
    rows = re.findall(
        r'^\s+\(TagKind::\w+, (\w+|"[\w.]+"), "(\w+)", &\[(.*)\]\),', source, re.MULTILINE
    )
    assert len(rows) > 30
    return [
        (names.get(home, home.strip('"')), function, tuple(re.findall(r'"(\w+)"', classes)))
        for home, function, classes in rows
    ]


def test_every_watched_piece_is_as_django_made_it() -> None:
    table = compile_functions()
    command = [sys.executable, "-c", UNKNOWN.format(table=table)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    missing = {name for name, release in SINCE.items() if release > django.VERSION}
    assert set(done.stdout.split()) == missing


def test_functions_of_the_admin_are_known() -> None:
    home = import_module("django.contrib.admin.templatetags.admin_list")
    functions: dict[str, tuple[Any, tuple[str, ...]]] = {
        **{name: (vars(home)[name], texts) for name, texts in admin_columns._TEXTS.items()},
        "_get_non_gfk_field": (
            vars(home)["lookup_field"].__globals__["_get_non_gfk_field"],
            admin_columns._GET_FIELD,
        ),
        "get_empty_value_display": (ModelAdmin.get_empty_value_display, admin_columns._EMPTY_VALUE),
        "action_checkbox": (ModelAdmin.action_checkbox, admin_columns._CHECKBOX),
        "url_for_result": (ChangeList.url_for_result, admin_columns._ADDRESS),
        "add_preserved_filters": (vars(home)["add_preserved_filters"], admin_columns._FILTERS),
        "quote": (import_module("django.contrib.admin.utils").quote, admin_columns._QUOTE),
    }
    unknown = [
        name
        for name, (function, texts) in functions.items()
        if not admin_columns._is_known(function, texts)
    ]
    assert unknown == []


def test_loading_of_templates_is_known() -> None:
    assert all(
        loading._known(holder, name) is not loading._UNKNOWN for holder, name in loading.TEXTS
    )
