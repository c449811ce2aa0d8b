"""Relations that Python code walks, where no path of the template shows them."""

from __future__ import annotations

import pytest
from django import forms
from django.utils.functional import cached_property
from zoo.models import Author, Book, Country, Tag

from djust_backend.orm.hidden import TouchedCache
from tests.laws.queries import Scene, check

pytestmark = pytest.mark.django_db(databases=["default", "other"])

LIBRARIES = {"handlers": "tests.laws.handlers"}
BOOKS = 10


class Told(Book):
    """A book with code that walks relations."""

    class Meta:
        proxy = True
        app_label = "zoo"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.title} by {self.author.name} of {self.author.country.name}"

    @property
    def sometimes(self):
        if self.pk % 2:
            return self.author.name
        return self.editor.name if self.editor else ""

    @cached_property
    def by(self):
        return [self.author.name]

    def boss(self):
        return self.author.mentor.name

    def opaque(self):
        return "".join(map(lambda name: getattr(self, name).name, ["author"]))  # noqa: C417

    def absent(self):
        return getattr(self, "publisher", "no attribute")

    def whereabouts(self):
        try:
            return self.publisher.name
        except Country.DoesNotExist:
            return "nowhere"

    def subjects(self):
        return ", ".join(tag.category.name for tag in self.tags.all())

    def renamed(self):
        self.author = None if self.pk % 2 else Author(name="new")
        return self.title


@pytest.fixture(autouse=True)
def shelf(db):
    """Ten books by ten authors, the odd ones with an editor; the first without publisher."""
    countries = [Country.objects.create(name=f"c{n}") for n in range(3)]
    boss = Author.objects.create(name="boss", country=countries[0])
    tags = [Tag.objects.create(name=f"t{n}") for n in range(2)]
    from zoo.models import Category, Secret

    kinds = [Category.objects.create(name=f"k{n}") for n in range(2)]
    Tag.objects.update(category=kinds[0])
    secret = Secret.everything.create(name="open")
    for n in range(BOOKS):
        author = Author.objects.create(name=f"a{n}", country=countries[n % 3], mentor=boss)
        book = Book.objects.create(
            title=f"b{n}",
            author=author,
            editor=author if n % 2 else None,
            publisher_id=countries[n % 2].pk if n else 999,
            vault=secret,
        )
        book.tags.set(tags)


def ordered():
    return Told.objects.order_by("pk")


SOURCES = {
    "queryset": ordered,
    "unordered": Told.objects.all,
    "list": lambda: list(ordered()),
    "read": lambda: (rows := ordered(), len(rows))[0],
    "raw": lambda: Told.objects.raw("SELECT * FROM zoo_book ORDER BY id"),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("page", "stock", "most"),
    [
        ("{{ b }}", 21, 3),
        ("{{ b.sometimes }}", 11, 3),
        ("{{ b.by.0 }}", 11, 2),
        ("{{ b.boss }}", 21, 3),
        ("{{ b.opaque }}", 11, 2),
        ("{{ b.whereabouts }}", 11, 2),
        ("{% if b.sometimes == 'a1' %}{{ b }}{% endif %}", 13, 4),
        ("{{ b|followed:'author.name' }}", 11, 2),
        ("{% credit b %}", 11, 2),
        ("{{ b.author|followed:'country.name' }}", 21, 3),
        ("{% follow b.author 'country.name' %}", 21, 3),
        ("{% with a=b.author %}{% follow a 'country.name' %}{% endwith %}", 21, 3),
        ("{% follow_here 'b.author.country.name' %}", 21, 3),
        ("{% follow b 'author.profile.home.name' %}", 21, 3),
    ],
)
def test_code_of_rows_asks_once_for_all(source, page, stock, most):
    scene = Scene(
        "{% load handlers %}{% for b in books %}" + page + ";{% endfor %}",
        lambda: {"books": SOURCES[source]()},
        libraries=LIBRARIES,
    )
    counts = check(scene).counts
    first = 0 if source in ("list", "read") else 1
    assert counts == (pytest.approx(stock - 1 + first, abs=3), counts[1])
    assert counts[1] <= most - 1 + first


def queries(page, context=None, count=2, **templates):
    made = context or (lambda: {"books": ordered()})
    return check(Scene("{% load handlers %}" + page, made, templates, libraries=LIBRARIES), count)


def test_sure_chains_are_joined():
    assert queries("{% for b in books %}{{ b }}{% endfor %}").counts == (21, 1)


def test_loops_over_relations_in_code_are_prefetched():
    assert queries("{% for b in books %}{{ b.subjects }}{% endfor %}").counts == (31, 3)


def test_code_that_does_not_run_costs_nothing():
    page = "{% for b in books %}{% if b.title == 'b3' %}{{ b.opaque }}{% endif %}{% endfor %}"
    assert queries(page).counts == (2, 2)
    page = "{% for b in books %}{% if b.title == 'no' %}{{ b }}{% endif %}{% endfor %}"
    assert queries(page).counts == (1, 1)


def test_a_missing_row_is_told_from_a_missing_attribute():
    page = "{% for b in books %}{{ b.absent }}{% endfor %}"
    assert queries(page, lambda: {"books": list(ordered())}).counts[1] <= 2


def test_relations_that_code_replaces_are_not_fetched():
    page = "{% for b in books %}{{ b.renamed }}{% endfor %}"
    assert queries(page).counts == (1, 1)


def test_the_order_of_pages_makes_no_difference():
    one = "{% for b in books %}{{ b.opaque }}{% endfor %}"
    two = "{% for b in books %}{{ b.sometimes }}{{ b }}{% endfor %}"
    first = [queries(page).counts for page in (one, two, one)]
    second = [queries(page).counts for page in (two, one, two)]
    assert first == [second[1], second[0], second[1]]


def test_nothing_is_left_on_instances():
    rows = list(ordered())
    queries("{% for b in books %}{{ b.opaque }}{% endfor %}", lambda: {"books": rows})
    assert all(type(row._state.fields_cache) is dict for row in rows)
    assert all("author" in row._state.fields_cache for row in rows)


def test_nothing_is_left_after_an_error():
    rows = list(ordered())
    page = "{% for b in books %}{{ b.opaque }}{% follow b 5 %}{% endfor %}"
    queries(page, lambda: {"books": rows})
    assert not any(isinstance(row._state.fields_cache, TouchedCache) for row in rows)


def test_switched_off_it_is_as_on_stock(settings):
    class Untold(Told):
        class Meta:
            proxy = True
            app_label = "zoo"

    settings.DJUST_CONFIG = {"JIT_HIDDEN_RELATIONS": False, "JIT_ROW_MODE": False}
    page = "{% for b in books %}{{ b }}{% endfor %}"
    assert queries(page, lambda: {"books": Untold.objects.order_by("pk")}).counts == (21, 21)


class LabelledForm(forms.Form):
    book = forms.ModelChoiceField(ordered(), required=False)
    books = forms.ModelMultipleChoiceField(
        ordered(), required=False, widget=forms.CheckboxSelectMultiple
    )


@pytest.mark.parametrize(
    ("page", "stock", "ours"),
    [
        ("{{ form.book }}", 21, 3),
        ("{{ form }}", 42, 6),
        ("{{ form.as_p }}", 42, 6),
        ("{% for field in form %}{{ field }}{% endfor %}", 42, 6),
        ("{{ form.book.label }}", 0, 0),
    ],
)
def test_labels_of_choices(page, stock, ours):
    found = check(Scene(page, lambda: {"form": LabelledForm()}))
    assert found.counts == (stock, ours)
