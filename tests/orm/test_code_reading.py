"""What properties and methods read of their instance, from their code."""

from __future__ import annotations

import functools

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from zoo.models import Author, Book, Profile, Tag

from djust_backend.orm import code_source
from djust_backend.orm.code_reading import argument_reads, reads
from djust_backend.orm.usage import ESCAPED, ITERATED, PRINTED, TRUTH

CASES = []


def case(*paths, complete=True):
    """Register a function with the paths that it reads: `?` after a step that is not sure."""

    def register(function):
        CASES.append(pytest.param(function, paths, complete, id=function.__name__))
        return function

    return register


def keep(one):
    KEPT.append(one)


KEPT = []
SEPARATOR = ", "


def read(monkeypatch, function, model=Book):
    if hasattr(function, "__set_name__"):
        function.__set_name__(model, "it")
    monkeypatch.setattr(model, "it", function, raising=False)
    return reads(model, "it")


@pytest.mark.parametrize(("function", "paths", "complete"), CASES)
def test_needs_are_found_in_the_code(monkeypatch, function, paths, complete):
    found = read(monkeypatch, function)
    assert found.usage.paths() == tuple(sorted(paths))
    assert found.complete is complete


# Sure to run


@case("title")
def a_column(self):
    return self.title.upper()


@case("author.country.name", "pk", "title")
def a_chain(self):
    return self.title + str(self.pk) + self.author.country.name


@case("author.name")
def aliases(self):
    author = self.author
    name = author.name
    return f"by {name:>10}"


@case("author.name", "editor.name")
def the_last_may_be_none(self):
    return [self.author.name, self.editor.name]


@case("author?.name?", "editor.name")
def after_one_that_may_be_none(self):
    return [self.editor.name, self.author.name]


@case("author?.name?", "sponsor?.pk?")
def after_one_that_may_not_exist(self):
    return "%s %s" % (self.sponsor, self.author.name)  # noqa: UP031


@case("author?.name?", "tags.all[].category.name", "tags.all[].name")
def a_loop(self):
    names = []
    for tag in self.tags.all():
        names.append(tag.name + tag.category.name)  # noqa: PERF401
    return SEPARATOR.join(names) + self.author.name


@case("tags.all[].category.pk")
def a_joined_generator(self):
    return ", ".join(str(tag.category) for tag in self.tags.all())


@case("chapters.all", "tags.count", "tags.exists")
def counts(self):
    return self.tags.count() + len(self.chapters.all()) + self.tags.exists()


@case("author.name", "title")
def constant_names(self):
    return getattr(self, "title") + getattr(self.author, "name", "")  # noqa: B009


@case("author.name", "language.code")
def both_sides(self):
    return self.author.name == self.language.code


@case("author.pk", "editor.pk")
def equal_objects(self):
    return self.author == self.editor


@case("author.name", "title")
def with_context(self):
    url = reverse("book", args=[self.title, self.author.name])
    return _("Read %(url)s") % {"url": url}


# Not sure to run


@case("author?.name?", "editor.name?")
def branches(self):
    if self.editor is not None:
        return self.editor.name
    return self.author.name


@case("author.name", "editor.name?")
def a_branch_that_joins_again(self):
    name = ""
    if self.editor:
        name = self.editor.name
    return name + self.author.name


@case("author?.name?", "editor.name?")
def one_or_the_other(self):
    return (self.editor or self.author).name


@case("author?.name?", "editor")
def a_choice(self):
    return self.author.name if self.editor and self.author else ""


@case("tags.all[].category?.name?", "tags.all[].name")
def a_condition_in_a_loop(self):
    return [tag.category.name for tag in self.tags.all() if tag.name]


@case("author?.name?", "tags.all[]?.name?")
def a_loop_that_leaves(self):
    for tag in self.tags.all():
        if tag.name:
            return tag.name
    return self.author.name


@case("tags.all[]?.name?")
def a_generator_that_is_not_read_to_the_end(self):
    return any(tag.name for tag in self.tags.all())


@case("author?.profile?.bio?", "title?")
def an_exception(self):
    try:
        return self.author.profile.bio
    except Profile.DoesNotExist:
        return self.title


@case("author?.name?")
def after_unknown_code(self):
    count = Author.objects.get(name="a").pk
    return self.author.name * count


# Followed through other code


@case("author.name")
def a_property_of_another(self):
    return self.author.label


@case("author.pk", "title")
def texts(self):
    return "%s of %s" % (self.title, self.author) + f"{self.author}"  # noqa: UP031


@case("author.pk", "title")
def html(self):
    return format_html("<b>{}</b>{}", self.author, self.title)


def shout(book, ending="!"):
    return book.title.upper() + ending


@case("title")
def a_helper(self):
    return shout(self, ending="?")


@case("author?.name?", "title?")
def an_alias_that_a_break_leaves(self):
    book = None
    for _each in range(3):
        if self.title:
            book = self.author
            break
        book = ""
    return book.name


@case("author?.name?", "title?")
def an_alias_that_an_exception_leaves(self):
    book = None
    try:
        if book is None:
            book = self.author
            raise ValueError
        book = None
    except ValueError:
        return book.name
    return self.title


@case("author.mentor.name?", "author.name?", complete=False)
def a_climb(self):
    node = self.author
    if node.mentor:
        node = node.mentor
    keep(node)
    return node.name


# Incomplete


@case(complete=False)
def handed_on(self):
    return hash(self)


@case("author", complete=False)
def given_back(self):
    return self.author


@case("author.name", "shown?", complete=False)
def stored(self):
    self.shown = self.author.name
    return self.shown if False else ""


@case("title", complete=False)
def any_name(self):
    return getattr(self, self.title)


@case("title", complete=False)
def inner_function(self):
    title = self.title
    return [one for one in map(lambda x: self, title)]  # noqa: C416, C417


@case("tags.filter", complete=False)
def filtered(self):
    return self.tags.filter(name="a").count()


@case("comments.all[].target", complete=False)
def generic(self):
    return [comment.target for comment in self.comments.all()]


@case("vault?.name?", complete=False)
def a_custom_manager(self):
    return self.vault.name


@case("review_set.all[].pk", complete=False)
def a_custom_default_manager(self):
    return [review.pk for review in self.review_set.all()]


@case("missing", complete=False)
def an_attribute_of_the_instance(self):
    return self.missing


@case("author?.name?", complete=False)
def parts(self, *more):
    return shout(*more, self) + self.author.name


def an_endless_climb(self):
    node = self.author
    while node.mentor:
        node = node.mentor
    return node.name


def test_an_endless_climb_is_not_complete(monkeypatch):
    found = read(monkeypatch, an_endless_climb)
    assert not found.complete
    assert found.usage.fields["author"].reached()


def test_flags_are_those_of_templates(monkeypatch):
    author = read(monkeypatch, texts).usage.fields["author"]
    assert author.always & PRINTED
    assert author.always & TRUTH
    rows = read(monkeypatch, a_loop).usage.fields["tags"].fields["all"]
    assert rows.always & ITERATED
    assert read(monkeypatch, handed_on).usage.always & ESCAPED


def test_default_text_of_a_model_reads_its_key():
    assert reads(Book, "__str__").usage.paths() == ("pk",)
    assert reads(Book, "__str__").complete


@pytest.mark.parametrize("wrap", [property, cached_property, functools.cached_property])
def test_properties_are_read_through(monkeypatch, wrap):
    assert read(monkeypatch, wrap(a_chain)).usage.fields["author"].reached()


def wrapped(function):
    @functools.wraps(function)
    def inner(self):
        return function(self)

    return inner


def needs_more(self, other):
    return other


def deletes(self):
    return self.title


deletes.alters_data = True


@pytest.mark.parametrize(
    "found",
    [
        wrapped(a_chain),
        functools.lru_cache(a_chain),
        lambda self: self.title,
        needs_more,
        deletes,
        "text",
        property(functools.partial(a_chain)),
        property(str),
    ],
)
def test_what_cannot_be_read_gives_nothing(monkeypatch, found):
    assert read(monkeypatch, found) is None


def test_relations_and_columns_are_no_code():
    assert reads(Book, "author") is None
    assert reads(Book, "title") is None
    assert reads(Book, "nothing") is None


def test_code_that_is_not_its_source_is_not_read(monkeypatch):
    other = a_chain.__code__.replace(co_consts=("other",) * len(a_chain.__code__.co_consts))
    function = type(a_chain)(other, globals(), "a_chain")
    assert code_source.tree_of(function) is None
    made = {}
    exec("def it(self):\n    return self.title", made)
    assert read(monkeypatch, made["it"]) is None


def test_a_replaced_attribute_is_noticed(monkeypatch):
    assert read(monkeypatch, a_property_of_another).usage.paths() == ("author.name",)
    monkeypatch.setattr(Author, "label", property(lambda self: "x"))
    assert not reads(Book, "it").complete
    monkeypatch.undo()
    assert reads(Book, "it") is None


def test_a_replaced_helper_is_noticed(monkeypatch):
    assert read(monkeypatch, a_helper).usage.paths() == ("title",)
    monkeypatch.setitem(globals(), "shout", keep)
    assert not reads(Book, "it").complete


def test_inherited_code_is_read_for_each_class():
    class Base(models.Model):
        name = models.CharField(max_length=9)

        class Meta:
            app_label = "zoo"
            abstract = True

        def label(self):
            return f"{self.own}"

    class Child(Base):
        own = "own"
        country = models.ForeignKey(Author, models.CASCADE, related_name="+")

        class Meta:
            app_label = "zoo"
            managed = False

        def label(self):
            return super().label() + self.country.name

    class Grandchild(Child):
        class Meta:
            app_label = "zoo"
            proxy = True

        @property
        def own(self):
            return self.name

    assert reads(Child, "label").usage.paths() == ("country?.name?",)
    assert reads(Grandchild, "label").usage.paths() == ("country?.name?", "name")
    assert reads(Grandchild, "label").complete


def test_display_of_choices(monkeypatch):
    class Ticket(models.Model):
        state = models.CharField(max_length=1, choices=[("a", "A")])

        class Meta:
            app_label = "zoo"
            managed = False

        def label(self):
            return f"{self.get_state_display()}!"

    assert reads(Ticket, "get_state_display").usage.paths() == ("state",)
    assert reads(Ticket, "label").complete


def test_arguments_of_functions():
    assert argument_reads(shout, 0, Book).usage.paths() == ("title",)
    assert argument_reads(shout, 0, Book).complete
    assert argument_reads(keep, 0, Tag).usage.always & ESCAPED
    assert argument_reads(len, 0, Tag) is None


def test_reading_code_runs_no_query(db, monkeypatch):
    with CaptureQueriesContext(connection) as queries:
        for function, *_rest in (param.values for param in CASES):
            read(monkeypatch, function)
    assert not queries.captured_queries
