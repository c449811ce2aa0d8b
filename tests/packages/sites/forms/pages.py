"""Fields with changed attributes, Bootstrap forms, messages and pagers, filter forms, partial answers."""

import django_filters
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from sites.shelf.data import fill
from sites.shelf.models import Book

prepare = fill


class BookForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = ["title", "author", "kind", "price", "in_print", "notes"]


class BookFilter(django_filters.FilterSet):
    title = django_filters.CharFilter(lookup_expr="icontains", label="Title <t>")
    price = django_filters.RangeFilter()
    o = django_filters.OrderingFilter(fields=["title", "price"])

    class Meta:
        model = Book
        fields = ["author", "kind", "in_print"]


def page(request: HttpRequest, name: str) -> HttpResponse:
    messages.info(request, "Hello <you>")
    data = {"title": "", "kind": "zz"} if "bound" in request.GET else None
    books = BookFilter(request.GET, Book.objects.all())
    context = {
        "form": BookForm(data), "formset": forms.formset_factory(BookForm, extra=2)(), "filter": books,
        "page_obj": Paginator(books.qs, 4).get_page(request.GET.get("page")), "cls": "big <c>",
    }  # fmt: skip
    return render(request, f"{name}.html", context)


urlpatterns = [path("<slug:name>/", page)]

NAMES = ["tweaks", "bootstrap", "filter", "broken"]
PAGES = [f"/{name}/{query}" for name in NAMES for query in ("", "?bound", "?page=2&kind=n&price_min=3&o=-price")]
