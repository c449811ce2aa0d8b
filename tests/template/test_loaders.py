"""Where templates come from: names, loaders, and what is said when none has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.template import Context, TemplateDoesNotExist, TemplateSyntaxError
from django.template.backends.django import DjangoTemplates

from djust_backend import DjustTemplates

BACKENDS = (DjangoTemplates, DjustTemplates)
LOADERS = [
    None,
    ["django.template.loaders.filesystem.Loader"],
    [("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])],
    [
        ("django.template.loaders.locmem.Loader", {"a.html": "locmem"}),
        "django.template.loaders.filesystem.Loader",
    ],
]


def facts(error: Exception) -> Any:
    tried = [(str(origin), reason) for origin, reason in getattr(error, "tried", [])]
    return type(error), str(error), tried, [facts(inner) for inner in getattr(error, "chain", [])]


@pytest.mark.parametrize("loaders", LOADERS, ids=range(len(LOADERS)))
@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    "name",
    [
        "a.html",
        "none.html",
        "sub/b.html",
        "sub/c.html",
        "../a.html",
        "",
        "bad.html",
        "missing parent.html",
        "bytes.html",
    ],
)
def test_names(tmp_path: Path, loaders: Any, debug: bool, name: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.html").write_text("a{{ v }}")
    (tmp_path / "sub" / "b.html").write_text("{% include './c.html' %}{% include '../a.html' %}")
    (tmp_path / "sub" / "c.html").write_text("{% extends '../a.html' %}")
    (tmp_path / "bad.html").write_text("{% if %}")
    (tmp_path / "missing parent.html").write_text("{% extends 'none.html' %}")
    (tmp_path / "bytes.html").write_bytes(b"\xff\xfe")
    found = []
    for backend in BACKENDS:
        options: dict[str, Any] = {"debug": debug}
        if loaders:
            options["loaders"] = loaders
        made = backend(
            {"NAME": "x", "DIRS": [str(tmp_path)], "APP_DIRS": False, "OPTIONS": options}
        )
        results: list[Any] = []
        for _ in range(2):
            try:
                template = made.get_template(name)
                results.append(
                    (str(template.origin), template.template.name, template.render({"v": "<"}))
                )
            except (
                TemplateDoesNotExist,
                TemplateSyntaxError,
                UnicodeDecodeError,
                OSError,
            ) as error:
                results.append(facts(error))
        found.append(results)
    assert found[0] == found[1]


def test_selecting_and_rendering_by_the_engine() -> None:
    found = []
    for backend in BACKENDS:
        loader = (
            "django.template.loaders.locmem.Loader",
            {"a": "a{{ v }}", "b": "{% include names %}"},
        )
        engine = backend(
            {"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": [loader]}}
        ).engine
        results: list[Any] = [
            engine.render_to_string("a", {"v": "<"}),
            engine.render_to_string(["none", "a"], {"v": 1}),
            engine.select_template(["none", "a"]).render(Context({"v": 2})),
            engine.get_template("b").render(Context({"names": ["none", "a"], "v": 3})),
            repr(engine.from_string("text {{ v }}")),
        ]
        for names in ([], ["none", "nothing"]):
            with pytest.raises(TemplateDoesNotExist) as caught:
                engine.select_template(names)
            results.append(facts(caught.value))
        found.append(results)
    assert found[0] == found[1]
