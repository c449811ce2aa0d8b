"""The rows of the admin's change lists, made natively, are those that the admin's functions make."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.admin import options, utils
from django.contrib.admin.templatetags import admin_list
from django.contrib.admin.views import main
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.test import override_settings
from django.urls import path
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from djust_backend import _native
from djust_backend.standins import stand_in
from tests.template.form_pages import replaced


class Owner(models.Model):
    name = models.CharField(max_length=9)

    class Meta:
        app_label = "zoo"

    def __str__(self) -> str:
        return self.name


class Thing(models.Model):
    text = models.CharField(max_length=99)
    url = models.URLField()
    flag = models.BooleanField(null=True)
    count = models.IntegerField()
    part = models.DecimalField(max_digits=9, decimal_places=3)
    share = models.FloatField()
    day = models.DateField()
    moment = models.DateTimeField()
    hour = models.TimeField()
    span = models.DurationField()
    kind = models.CharField(
        max_length=1, choices=[("a", gettext_lazy("Yes")), ("G", [("b", "<B>")])]
    )
    state = models.IntegerField(choices=[(1, mark_safe("<i>one</i>")), (None, "nothing")])
    grouped = models.CharField(max_length=1, choices=[("G", [])])
    called = models.IntegerField(choices=lambda: [(1, "One"), (2, "Two")])
    key = models.UUIDField()
    data = models.JSONField()
    upload = models.FileField()
    password = models.CharField(max_length=9)
    owner = models.ForeignKey(Owner, models.DO_NOTHING, null=True)
    loud = models.TextField()

    class Meta:
        app_label = "zoo"

    def __str__(self) -> str:
        return f"Thing <{self.pk}>"

    def method(self) -> str:
        return f"<b>{self.pk}</b>"

    method.boolean = False  # type: ignore[attr-defined]

    @property
    def half(self) -> float:
        return 1234.5

    @property
    def is_odd(self) -> bool:
        return bool(self.pk % 2)

    is_odd.fget.boolean = True  # type: ignore[attr-defined]

    @property
    def missing(self) -> str:
        raise ObjectDoesNotExist("gone")


FIELDS = [
    "text", "url", "flag", "count", "part", "share", "day", "moment", "hour", "span", "kind", "state",
    "grouped", "called", "key", "data", "upload", "password", "owner", "loud", "id", "pk", "__str__",
]  # fmt: skip
CODE = ["method", "half", "is_odd", "missing", "shout", "flagged", "blank", "nothing", "owner__name",
        "owner_id", "when"]  # fmt: skip


def by_function(thing: Thing) -> str:
    return f"function <{thing.pk}>"


class ThingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    def shout(self, thing: Thing) -> Any:
        return mark_safe(f"<u>{thing.text}</u>")

    def flagged(self, thing: Thing) -> Any:
        return thing.flag

    flagged.boolean = True  # type: ignore[attr-defined]

    @admin.display(empty_value="<none>")
    def blank(self, thing: Thing) -> Any:
        return "  \t" if thing.pk == 1 else None

    def when(self, thing: Thing) -> Any:
        return thing.moment


site = admin.AdminSite("admin")
site.register(Thing, ThingAdmin)
urlpatterns = [path("admin/", site.urls)]


def things() -> list[Thing]:
    full = Thing(
        pk=1, text="<a> & b", url="https://e.org/?a=1&b=<", flag=True, count=1234567, part=Decimal("1234.5"),
        share=0.5, day=datetime.date(2026, 1, 2), moment=timezone.make_aware(datetime.datetime(2026, 7, 8, 9)),
        hour=datetime.time(1, 2), span=datetime.timedelta(days=1), kind="b", state=1, grouped="g", called=2,
        key=UUID(int=5), data={"a": "<"}, upload="a/b.txt", password="secret<", owner=Owner(pk=3, name="<O>"),
        loud=mark_safe("<b>"),
    )  # fmt: skip
    odd = Thing(
        pk=10**30, text="  ", url="javascript:x", flag=False, count="7", part=2, share=Decimal("1.5"),
        day=datetime.datetime(2026, 1, 2), moment=datetime.datetime(2026, 7, 8), hour="1:2", kind=["a"],
        state=None, called="x", data=[], password="", owner=Owner(pk=4, name=""), loud=["<", 1],
    )  # fmt: skip
    none = Thing(
        **{field.attname: None for field in Thing._meta.concrete_fields if field.attname != "id"}
    )
    none.pk = 7
    return [full, odd, none]


def change_list(**attributes: Any) -> Any:
    """As much of a change list as its rows are made of."""
    cl: Any = attributes.pop("cls", ChangeList).__new__(attributes.pop("real", ChangeList))
    cl.model, cl.opts, cl.lookup_opts = Thing, Thing._meta, Thing._meta
    cl.pk_attname, cl.formset, cl.is_popup, cl.to_field = "id", None, False, None
    cl.list_display, cl.list_display_links, cl.preserved_filters = FIELDS, ["text"], ""
    cl.model_admin, cl.result_list = site._registry[Thing], things()
    vars(cl).update(attributes)
    return cl


def rows_of(results: Any, cl: Any) -> Any:
    """The rows, or the exception in their place."""
    try:
        made = list(results(cl))
    except Exception as error:  # noqa: BLE001 - both sides' are compared
        return type(error), str(error)
    return [(type(row), row.form, [(type(cell), str(cell)) for cell in row]) for row in made]


def first_difference(ours: Any, stock: Any) -> Any:
    """The first cells that differ, or all of it."""
    if not isinstance(ours, list) or not isinstance(stock, list):
        return ours, stock
    pairs = (
        (one, two)
        for row, other in zip(ours, stock, strict=False)
        for one, two in zip(row[2], other[2], strict=False)
    )
    return next((pair for pair in pairs if pair[0] != pair[1]), (ours, stock))


def natively() -> Any:
    """The function that makes rows in our namespace."""
    return stand_in(admin_list.result_list).made().__globals__["results"]


def assert_alike(**attributes: Any) -> Any:
    """Both make the same of a change list."""
    stock = rows_of(admin_list.results, change_list(**attributes))
    ours = rows_of(natively(), change_list(**attributes))
    assert ours == stock, first_difference(ours, stock)
    return stock


@pytest.fixture(autouse=True)
def pages() -> Iterator[None]:
    """A site with the admin's addresses."""
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_the_rows_are_made_natively() -> None:
    assert isinstance(natively(), _native.AdminRows)


@pytest.mark.parametrize("name", [*FIELDS, *CODE])
@pytest.mark.parametrize("language", ["en", "de", None])
def test_columns_of_all_kinds(name: str, language: str | None) -> None:
    with translation.override(language), override_settings(USE_THOUSAND_SEPARATOR=language == "de"):
        assert_alike(list_display=[name])
        assert_alike(list_display=[name], list_display_links=[name], is_popup=True)
        assert_alike(list_display=["action_checkbox", name], list_display_links=None)
        for thing in things():
            assert_alike(list_display=[name, "text"], list_display_links=[], result_list=[thing])


def test_columns_that_are_functions() -> None:
    assert_alike(
        list_display=[by_function, lambda thing: thing.text], list_display_links=[by_function]
    )
    assert_alike(list_display=["unknown"], result_list=[])
    assert_alike(list_display=["unknown"])
    assert_alike(list_display=[5])


def test_links_with_filters_and_keys() -> None:
    for filters in ("", "_changelist_filters=q%3D1", "a=1&b=2"):
        assert_alike(preserved_filters=filters)
    assert_alike(to_field="text", is_popup=True)
    assert_alike(to_field="nothing")
    with override_settings(ROOT_URLCONF="tests.urls"):
        assert_alike()

    class Own(ChangeList):
        def url_for_result(self, result: Any) -> str:
            return f"//other/?a=1&x={result.pk}"

    assert_alike(real=Own, cls=Own)
    assert_alike(url_for_result=lambda row: mark_safe("<own>"))


class Loud(str):
    def strip(self, *args: Any) -> str:
        return ""


def test_odd_values() -> None:
    odd = [Loud("x"), Loud(""), b"<", object, 1j, float("nan"), (), {}, ["<"], ("a", 1), "\ud800", "\xa0",
           mark_safe("<b>"), gettext_lazy("Yes"), True, -0.0, datetime.time(1)]  # fmt: skip
    for value in odd:
        for name in FIELDS[:9]:
            thing = Thing(pk=2)
            thing.__dict__[name] = value
            assert_alike(list_display=[name, "pk"], result_list=[thing])
        assert_alike(list_display=[lambda _thing, value=value: value], result_list=[Thing(pk=1)])


def test_admins_with_code_of_their_own() -> None:
    class Own(ThingAdmin):
        empty_value_display = "<empty>"
        read = 0

        def get_empty_value_display(self) -> str:
            type(self).read += 1
            return mark_safe(f"<i>{type(self).read}</i>")

        def action_checkbox(self, obj: Any) -> str:
            return f"own {obj.pk}"

    names = ["action_checkbox", *FIELDS]
    results = []
    for make in (admin_list.results, natively()):
        Own.read = 0
        results.append(
            (rows_of(make, change_list(model_admin=Own(Thing, site), list_display=names)), Own.read)
        )
    assert results[0] == results[1]
    quiet = type("Quiet", (ThingAdmin,), {"empty_value_display": gettext_lazy("Yes")})
    assert_alike(model_admin=quiet(Thing, site), list_display=names)
    other = ThingAdmin(Thing, site)
    other.action_checkbox = lambda obj: "instance"  # type: ignore[method-assign]
    assert_alike(model_admin=other, list_display=names)
    getting = type(
        "Getting",
        (ThingAdmin,),
        {"__getattr__": lambda self, name: repr, "empty_value_display": "?"},
    )
    assert_alike(model_admin=getting(Thing, site), list_display=["anything", "text"])


def test_rows_of_several_classes_and_lists_with_properties() -> None:
    class Other(Thing):
        class Meta:
            app_label = "zoo"
            proxy = True

        def method(self) -> str:
            return "other"

    assert_alike(list_display=["method", "text"], result_list=[*things(), Other(pk=8, text="o")])
    own = type(
        "Own",
        (ChangeList,),
        {"list_display": property(lambda self: ["text", "method"], lambda s, v: None)},
    )
    assert_alike(real=own, cls=own)


def test_what_a_site_replaces_is_heard() -> None:
    names = ["action_checkbox", *FIELDS, "method"]
    assert_alike(list_display=names)
    for holder, name, value in (
        (admin_list, "display_for_field", lambda *args, **kwargs: "own"),
        (admin_list, "display_for_value", lambda *args, **kwargs: "own"),
        (admin_list, "lookup_field", lambda *args: (None, None, "own")),
        (admin_list, "_boolean_icon", lambda value: "own"),
        (admin_list, "_coerce_field_name", lambda *args: "own"),
        (admin_list, "items_for_result", lambda *args: ["own"]),
        (admin_list, "add_preserved_filters", lambda *args: "own"),
        (admin_list, "format_html", lambda *args: "own"),
        (utils, "_get_non_gfk_field", lambda opts, name: opts.pk),
        (utils, "formats", None),
        (options, "format_html", lambda *args: "own"),
        (options, "_", lambda text: "own {}"),
        (options.helpers, "ACTION_CHECKBOX_NAME", "own"),
        (options.ModelAdmin, "action_checkbox", lambda self, obj: "own"),
        (options.BaseModelAdmin, "get_empty_value_display", lambda self: "own"),
        (options.forms.CheckboxInput, "template_name", "django/forms/widgets/text.html"),
        (main, "reverse", lambda *args, **kwargs: "own"),
        (ChangeList, "url_for_result", lambda self, result: "own"),
    ):
        with replaced(holder, name, value):
            assert_alike(list_display=names)
    assert_alike(list_display=names)


def test_what_a_site_replaces_after_the_first_page_is_heard() -> None:
    names = ["action_checkbox", *FIELDS, "method", "half"]
    for holder, name, value in (
        (admin_list, "_boolean_icon", lambda value: "own"),
        (utils, "display_for_value", lambda *args, **kwargs: "own"),
        (utils, "EMPTY_VALUES", [1234.5]),
        (main, "quote", lambda key: "77"),
    ):
        # All is Django's, and kept, before the one thing is replaced.
        assert_alike(list_display=names)
        with replaced(holder, name, value):
            assert_alike(list_display=names)


def test_properties_of_admins_are_read_as_often() -> None:
    class Reading(ThingAdmin):
        read = 0

        @property
        def half(self) -> Any:
            type(self).read += 1
            return lambda thing: thing.pk

    results = []
    for make in (admin_list.results, natively()):
        Reading.read = 0
        cl = change_list(model_admin=Reading(Thing, site), list_display=["half", "text"])
        results.append((rows_of(make, cl), Reading.read))
    assert results[0] == results[1]
