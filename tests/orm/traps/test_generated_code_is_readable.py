"""The code that is made for a query can be read: in tracebacks, and by those who ask for a template's plans."""

from __future__ import annotations

import gc
import linecache
import traceback

import pytest
from django.template import engines
from django.views.debug import ExceptionReporter
from traps.compared import case_of, loop
from zoo import odd
from zoo.models import Book
from zoo.odd import Sample

from djust_backend import DjustTemplates
from djust_backend.orm import generated


def fails(value):
    """What the converter of a column calls."""
    raise RuntimeError("no such recipe")


def test_a_failing_converter_shows_the_line_that_called_it(db, monkeypatch, same):
    Sample.objects.create(size="s")
    monkeypatch.setattr(odd, "Cooked", fails)
    template = case_of(Sample.objects.all, loop("{{ b.whole }}{{ b.recipe }}")).template(
        DjustTemplates
    )
    with pytest.raises(RuntimeError) as failure:
        template.render({"rows": Sample.objects.all()})
    shown = "".join(traceback.format_exception(failure.value))
    assert "<djust rows of " in shown
    assert "for v0, v1" in shown
    same(Sample.objects.all, loop("{{ b.whole }}{{ b.recipe }}"), fails=True)


def test_the_source_of_a_conversion_is_what_runs():
    columns = ((1, 1), (2, 2))
    function = generated.conversion(3, columns)
    source = generated.source(3, columns)
    assert "".join(linecache.getlines(function.__code__.co_filename)) == source
    compile(source, "as shown", "exec")


def test_functions_of_other_constants_have_other_names():
    one, two = (generated.conversion(2, ((1, count),)) for count in (1, 2))
    assert one.__code__.co_filename != two.__code__.co_filename


def test_the_debug_page_shows_the_source(db, monkeypatch, rf):
    Sample.objects.create(size="s")
    monkeypatch.setattr(odd, "Cooked", fails)
    template = case_of(Sample.objects.all, loop("{{ b.recipe }}")).template(DjustTemplates)
    try:
        template.render({"rows": Sample.objects.all()})
    except RuntimeError as error:
        reporter = ExceptionReporter(rf.get("/"), type(error), error, error.__traceback__)
        frames = reporter.get_traceback_frames()
    assert any("for v0," in frame["context_line"] for frame in frames)


def test_no_more_sources_are_kept_than_functions():
    for width in range(2, 1500):
        generated.conversion(width, ((0, 7),))
    gc.collect()
    kept = [name for name in linecache.cache if name.endswith(" columns, converted: 0 (7 times)>")]
    assert len(kept) <= generated.conversion.cache_info().maxsize


PLANS = {
    "{% for b in rows %}{{ b.title }}{{ b.author.name }}{% endfor %}": ("rows", "author"),
    "{% for b in rows %}{{ b.remarks }}{{ b.author.name }}{% endfor %}": ("instances", "join author"),
    "{% for b in rows %}{{ b.remarks }}{{ b.tags.count }}{% endfor %}": ("instances", "ask tags.count"),
    "{% for b in rows %}{% for t in b.tags.all|slice:':2' %}{{ t }}{% endfor %}{% endfor %}": ("rows", "tags"),
}  # fmt: skip


@pytest.mark.parametrize("source", PLANS)
def test_plans_of_a_template_tell_mode_and_reason(db, source, django_assert_num_queries, settings):
    settings.TEMPLATES = [{"NAME": "django", "BACKEND": "djust_backend.DjustTemplates"}]
    template = engines["django"].from_string(source)
    mode, words = PLANS[source]
    with django_assert_num_queries(0):
        plan = template.template.plans(rows=Book.objects.order_by("pk"))["rows"]
    assert plan.mode == mode
    assert words in plan.explain()
    assert "because" in plan.explain() or plan.mode == "rows"
    assert type(plan).from_bytes(plan.to_bytes()) == plan
