"""Rows that PostgreSQL has sent ahead: given to the very statement, in the very transaction, as the driver gives them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.models import DecimalField, FloatField, Func, IntegerField, Value
from django.template.backends.django import DjangoTemplates
from traps.compared import both, case_of
from zoo.models import Author, Book, Tag

from djust_backend import DjustTemplates
from djust_backend.orm.harmless import only_reads

AUTOCOMMIT = pytest.mark.django_db(transaction=True, databases=["default", "other"])
PRICE = DecimalField(max_digits=5, decimal_places=2)


def each(name, body):
    return f"{{% for b in {name} %}}{body};{{% endfor %}}"


BOOKS, TAGS = each("books", "{{ b.title }}"), each("tags", "{{ b.name }}")
AUTHORS = each("authors", "{{ b.pk }}{{ b.name }}{{ b.country_id }}{{ b.mentor_id }}")


def sources():
    return {
        "books": Book.objects.order_by("pk"),
        "authors": Author.objects.order_by("name", "pk"),
        "tags": Tag.objects.order_by("pk"),
        "own": Author.objects.order_by("name", "pk"),
        "blocks": [],
    }


def check(make, source):
    found = both(case_of(make, source))
    assert isinstance(found.stock.page, str), found.stock.page
    assert {ours.page for ours in found.ours} == {found.stock.page}
    assert connection.execute_wrappers == []


def test_execute_gives_the_cursor_as_the_driver_does(zoo_rows):
    check(sources, BOOKS + "{% sent_by_hand own %}" + AUTHORS)
    check(sources, "{% answer 'SELECT 41 + 1' %}" + BOOKS + "{% answer 'SELECT 1' %}" + AUTHORS)


@pytest.mark.parametrize(
    ("one", "other", "field"),
    [
        (Decimal("1.0"), Decimal("1.00"), PRICE),
        (0.0, -0.0, FloatField()),
        (float("nan"), 0.0, FloatField()),
    ],
)
def test_values_that_are_equal_and_written_in_two_ways(zoo_rows, one, other, field):
    def make():
        return {
            "books": Book.objects.order_by("pk"),
            "one": Author.objects.annotate(v=Value(one, output_field=field)).order_by("pk"),
            "other": Author.objects.annotate(v=Value(other, output_field=field)).order_by("pk"),
        }

    for first, second in (("one", "other"), ("other", "one")):
        # The second name is met first, and read last.
        met = f"{{% with met={second} %}}{{% endwith %}}"
        check(make, BOOKS + met + each(first, "{{ b.v }}") + each(second, "{{ b.v }}"))


def test_a_function_that_writes_is_seen(zoo_rows):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION rename_all() RETURNS integer LANGUAGE sql AS"
            " $$ UPDATE zoo_author SET name = name || 'x' RETURNING 1 $$"
        )
    check(sources, BOOKS + "{% statement 'SELECT rename_all()' %}" + AUTHORS)


def test_a_setting_of_the_session_is_seen(zoo_rows):
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA elsewhere")
        cursor.execute("CREATE TABLE elsewhere.zoo_author (LIKE public.zoo_author)")
    change = "{% statement \"SELECT set_config('search_path', 'elsewhere, public', true)\" %}"
    check(sources, BOOKS + change + AUTHORS + TAGS)


def test_numbers_of_a_sequence_are_taken_in_the_order_of_the_page(zoo_rows):
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE visits")

    def make():
        with connection.cursor() as cursor:
            cursor.execute("ALTER SEQUENCE visits RESTART")
        number = Func(Value("visits"), function="nextval", output_field=IntegerField())
        made = sources()
        return {**made, **{name: made[name].annotate(n=number) for name in ("authors", "tags")}}

    # The second name is met first, and read last.
    met = "{% with met=authors %}{% endwith %}"
    check(make, BOOKS + met + each("tags", "{{ b.n }}") + each("authors", "{{ b.n }}"))


def test_a_value_that_cannot_be_written_as_text_fails_alone(zoo_rows, caplog):
    """The rows of the query before it are there all the same."""

    def make():
        return {**sources(), "authors": Author.objects.filter(name="\ud800").order_by("pk")}

    found = both(case_of(make, BOOKS + AUTHORS))
    assert found.stock.page[0] is UnicodeEncodeError
    for ours in found.ours:
        assert ours.page == found.stock.page
    assert "No rows for zoo.Book" not in caplog.text


@AUTOCOMMIT
def test_what_is_rolled_back_between_is_not_shown(zoo_rows):
    """Without autocommit, no statement tells that a transaction has ended."""
    case = case_of(sources, TAGS + BOOKS + "{% rolled_back %}" + AUTHORS)
    pages = []
    for backend in (DjangoTemplates, DjustTemplates):
        template, context = case.template(backend), case.context()
        connection.set_autocommit(False)
        try:
            Author.objects.filter(name="a0").update(name="new")
            pages.append(template.render(context))
        finally:
            connection.rollback()
            connection.set_autocommit(True)
    assert "new" not in pages[0]
    assert pages[1] == pages[0]


@AUTOCOMMIT
def test_one_block_after_another_is_another_transaction(zoo_rows):
    source = "{% rename author 'new' %}" + TAGS + BOOKS + "{% block_is_undone blocks %}"
    source += "{% block_begins blocks %}" + AUTHORS + "{% block_is_undone blocks %}"
    pages = []
    for backend in (DjangoTemplates, DjustTemplates):
        case = case_of(lambda: {**sources(), "author": Author.objects.get(name="a0")}, source)
        template, context = case.template(backend), case.context()
        context["blocks"].append(transaction.atomic())
        context["blocks"][0].__enter__()
        pages.append(template.render(context))
    assert "new" not in pages[0]
    assert pages[1] == pages[0]


@AUTOCOMMIT
def test_a_connection_that_has_died_says_why(zoo_rows):
    case = case_of(sources, BOOKS + TAGS + AUTHORS)
    found = []
    for backend in (DjangoTemplates, DjustTemplates):
        template, context = case.template(backend), case.context()
        connection.ensure_connection()
        end(connection.connection.info.backend_pid)
        with pytest.raises(OperationalError) as failed:
            template.render(context)
        found.append((type(failed.value.__cause__), str(failed.value)))
        connection.close()
        assert connection.execute_wrappers == []
    assert found[0] == found[1]


def end(process):
    """Has the server end a connection, and waits until it has."""
    with connections["other"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])


def test_only_known_functions_leave_everything_as_it_is():
    for sql in (
        'SELECT "a"."b", COUNT(*) FROM "a" WHERE ("a"."c" IN (%s, %s) AND NOT (LOWER(x) = %s))',
        "SELECT 1",
        'SELECT SUBSTRING("a"."update" FROM %s FOR %s), "share" FROM "a"',
    ):
        assert only_reads(sql), sql
    for sql in (
        "SELECT nextval(%s)",
        "SELECT pg_advisory_lock (1)",
        'SELECT "own"."f"(1)',
        "SELECT * into t FROM a",
    ):
        assert not only_reads(sql), sql
