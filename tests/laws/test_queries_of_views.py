"""Pages as Django's own views and forms make them: the same answer, never a query more."""

from __future__ import annotations

import pytest
from django import forms
from django.core.paginator import Paginator
from django.test import RequestFactory
from django.views.generic import DetailView, ListView
from zoo.data import populate
from zoo.models import Author, Book

from tests.laws.queries import Scene, check

pytestmark = pytest.mark.django_db(databases=["default", "other"])

LISTS = {
    "object_list": "{% for b in object_list %}{{ b.author.name }}{% endfor %}",
    "book_list": "{% for b in book_list %}{{ b.author.country.name }}{% endfor %}",
    "both names": (
        "{% if object_list %}{% for b in book_list %}{{ b.author.name }}{% endfor %}"
        "{% for b in object_list %}{{ b.editor.name }}{% endfor %}{% endif %}"
    ),
    "page": "{{ page_obj.number }}{% for b in page_obj %}{{ b.author.name }}{% endfor %}",
    "page and list": (
        "{% for b in page_obj %}{{ b.author.name }}{% endfor %}"
        "{% for b in object_list %}{{ b.editor.name }}{% endfor %}{{ paginator.count }}"
    ),
    "pages": (
        "{% if is_paginated %}{{ page_obj.has_next }}{{ paginator.num_pages }}"
        "{% for n in paginator.page_range %}{{ n }}{% endfor %}{% endif %}"
        "{% for b in object_list %}{% for t in b.tags.all %}{{ t.name }}{% endfor %}{% endfor %}"
    ),
    "every page": (
        "{% for p in paginator %}{% for b in p %}{{ b.author.name }}{% endfor %}{% endfor %}"
    ),
    "view": "{{ view.model }}{% for b in view.get_queryset %}{{ b.author.name }}{% endfor %}",
}

DETAILS = {
    "object": "{{ object.author.name }}{{ book.author.country.name }}{{ object.editor.name }}",
    "rows": (
        "{% for t in object.tags.all %}{{ t.name }}{{ t.category.name }}{% endfor %}"
        "{% for c in book.chapters.all %}{{ c.translator.name }}{{ c.book.title }}{% endfor %}"
    ),
    "counts": (
        "{{ object.tags.count }}{% if book.tags.all %}{{ book.tags.all|length }}{% endif %}"
        "{% if object.chapters.exists %}{% for c in object.chapters.all %}{{ c.number }}{% endfor %}"
        "{% endif %}"
    ),
    "deeper": (
        "{% for b in object.author.book_set.all %}{{ b.title }}{% for t in b.tags.all %}{{ t.name }}"
        "{% endfor %}{% endfor %}"
    ),
}


@pytest.fixture(autouse=True, params=[(0, 0), (7, 1), (4, 6)], ids=["empty", "one", "some"])
def rows(request, db):
    populate(*request.param)


@pytest.mark.parametrize("paginate_by", [None, 2])
@pytest.mark.parametrize("name", LISTS)
def test_list_views(name, paginate_by):
    def context():
        view = ListView(queryset=Book.objects.order_by("pk"), paginate_by=paginate_by, model=Book)
        view.setup(RequestFactory().get("/"))
        view.object_list = view.get_queryset()
        return view.get_context_data()

    check(Scene(LISTS[name], context))


@pytest.mark.parametrize("name", DETAILS)
def test_detail_views(name):
    def context():
        view = DetailView()
        view.setup(RequestFactory().get("/"))
        view.object = Book.objects.order_by("pk").first()
        return view.get_context_data() if view.object else {}

    check(Scene(DETAILS[name], context))


class BookForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = ["title", "author", "editor", "tags"]


FORMS = {
    "form": "{{ form }}",
    "fields": "{% for f in form %}{{ f.label_tag }}{{ f }}{{ f.errors }}{% endfor %}",
    "choices": "{% for value, label in form.author.field.choices %}{{ value }}{{ label }}{% endfor %}",
    "rows": "{% for a in form.author.field.queryset %}{{ a.name }}{{ a.country.name }}{% endfor %}",
    "options": "{% for option in form.author %}{{ option.tag }}{{ option.choice_label }}{% endfor %}",
    "instance": "{{ form.instance.author.name }}{{ form.initial.tags }}{{ form.as_p }}",
    "formset": "{{ formset }}{% for f in formset %}{{ f.instance.author.name }}{% endfor %}",
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("data", [None, {}, {"title": "x", "author": "no number"}])
def test_forms(name, data):
    def context():
        formset = forms.modelformset_factory(Book, form=BookForm, extra=1)
        return {
            "form": BookForm(data, instance=Book.objects.order_by("pk").first()),
            "formset": formset(queryset=Book.objects.order_by("pk")[:2]),
        }

    check(Scene(FORMS[name], context))


def test_a_paginator_counts_once():
    def context():
        page = Paginator(Author.objects.all(), 2).get_page(1)
        return {"page": page, "rows": page.object_list}

    source = (
        "{{ page.paginator.count }}{% for a in page %}{{ a.country.name }}{% endfor %}"
        "{% for a in rows %}{{ a.mentor.name }}{% endfor %}{{ page.paginator.count }}"
    )
    check(Scene(source, context))
