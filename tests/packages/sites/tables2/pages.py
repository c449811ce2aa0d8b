"""Tables of models and of dictionaries, each of the package's templates, columns of every kind, pages, sorting."""

from typing import Any

import django_tables2 as tables
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django_tables2.utils import A
from sites.shelf.data import fill
from sites.shelf.models import Book

prepare = fill


class BookTable(tables.Table):
    title = tables.Column(linkify=True, footer="Total")
    author = tables.Column(accessor="author__name", attrs={"td": {"class": lambda value: f"x{len(value)}"}})
    kind = tables.TemplateColumn("<b>{{ record.get_kind_display }}</b>{{ value }}{{ extra|default:'-' }}")
    notes = tables.TemplateColumn(template_name="cell.html", extra_context={"label": "L"}, orderable=False)
    published = tables.DateTimeColumn(format="Y-m-d H:i")
    in_print = tables.BooleanColumn()
    link = tables.LinkColumn("detail", args=[A("pk")], text="go", empty_values=())
    pick = tables.CheckBoxColumn(accessor="pk")

    class Meta:
        model = Book
        fields = ("id", "title", "author", "kind", "price", "published", "in_print", "notes")
        row_attrs = {"data-id": lambda record: record.pk}
        attrs = {"class": "table"}

    def render_price(self, value: Any) -> str:
        return f"{value:.1f} €"


class Pinned(tables.Table):
    name = tables.Column()
    size = tables.Column(footer=lambda table: sum(row["size"] for row in table.data))

    def get_top_pinned_data(self) -> list[dict[str, Any]]:
        return [{"name": "pinned <top>", "size": 0}]


def books(request: HttpRequest, style: str) -> HttpResponse:
    table = BookTable(Book.objects.all(), template_name=f"django_tables2/{style}.html")
    tables.RequestConfig(request, paginate={"per_page": 7}).configure(table)
    return render(request, "books.html", {"table": table, "fields": list(table.columns)})


def rows(request: HttpRequest, pk: int = 0) -> HttpResponse:
    table = Pinned([{"name": "a & b", "size": 3}, {"name": None, "size": 4}], order_by="-size", empty_text="none")
    return render(request, "rows.html" if pk < 2 else "cells.html", {"table": table, "empty": Pinned([], empty_text="no <rows>")})


def direct(request: HttpRequest, what: str) -> HttpResponse:
    return render(request, f"{what}.html", {"books": Book.objects.all()[:5]})


urlpatterns = [
    path("books/<int:pk>/", rows, name="detail"),
    path("rows/", rows),
    path("direct/<slug:what>/", direct),
    path("<slug:style>/", books),
]

STYLES = ["table", "semantic", "bootstrap", "bootstrap-responsive", "bootstrap4", "bootstrap5", "bootstrap5-responsive"]
PAGES = [
    *(f"/{style}/" for style in STYLES),
    "/table/?page=2&sort=-title", "/bootstrap5/?page=5&sort=author", "/table/?page=99",
    "/rows/", "/books/1/", "/books/2/", "/direct/queryset/", "/direct/querystring/?a=1&b=2", "/direct/broken/",
]  # fmt: skip
