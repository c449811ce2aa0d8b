"""Queries that PostgreSQL gets in one pipeline: the same ones, with the same answers and errors, whatever happens between them."""

from __future__ import annotations

import signal
from contextlib import contextmanager

import psycopg
import pytest
from django.db import DatabaseError, DataError, connection, transaction
from django.db.models import F
from django.template.backends.django import DjangoTemplates
from django.test.utils import CaptureQueriesContext
from psycopg.pq import PipelineStatus, TransactionStatus
from traps.compared import FAILS, both, case_of, complaint
from zoo.models import Author, Book, Chapter, Tag

from djust_backend import DjustTemplates

AUTOCOMMIT = pytest.mark.django_db(transaction=True, databases=["default", "other"])


def each(name, body):
    return f"{{% for b in {name} %}}{body};{{% endfor %}}"


def sources():
    return {
        "books": Book.objects.order_by("pk"),
        "authors": Author.objects.order_by("name", "pk"),
        "tags": Tag.objects.filter(pk__gt=0).order_by("pk")[:3],
        "book": Book.objects.order_by("pk").first(),
        "author": Author.objects.get(name="a0"),
        "more": Chapter.objects.all(),
    }


#: Name -> template, how many pipelines it takes, and how many statements are in them.
PAGES = {
    "three loops": (
        each("books", "{{ b.title }}")
        + each("authors", "{{ b.name }}")
        + each("tags", "{{ b.name }}"),
        1,
        3,
    ),
    "a loop that may not run": (
        each("books", "{{ b.title }}")
        + "{% if no %}"
        + each("authors", "{{ b.name }}")
        + "{% endif %}",
        0,
        0,
    ),
    "second queries": (
        each("books", "{{ b.tags.count }}{% for t in b.chapters.all %}{{ t.number }}{% endfor %}"),
        1,
        2,
    ),
    "second queries of several kinds": (
        each(
            "books",
            "{% for t in b.tags.all %}{{ t.name }}{% endfor %}{{ b.sponsor.name }}"
            "{% for t in b.chapters.all %}{{ t.number }}{% endfor %}",
        ),
        1,
        3,
    ),
    "an instance": (
        "{{ book.author.name }}{{ book.language.code }}{{ author.mentor.name }}"
        "{{ author.profile.bio }}"
        + each("book.tags.all", "{{ b.name }}")
        + each("author.pupils.all", "{{ b.name }}"),
        1,
        4,
    ),
    "an instance that may not be met": (
        each("books", "{{ b.title }}")
        + "{% if no %}{{ author.profile.bio }}{% else %}{% if no %}{{ author.profile.bio }}{% endif %}{% endif %}",
        0,
        0,
    ),
    "an instance and a loop": (
        "{{ author.profile.bio }}" + each("tags", "{{ b.name }}"),
        1,
        2,
    ),
    "one relation": ("{{ author.country.name }}{{ author.country.pk }}", 0, 0),
    "one name twice": (each("books", "{{ b.title }}") + each("books", "{{ b.pk }}"), 0, 0),
    "tested, counted, and read": (
        "{% if books %}{{ books.count }}{% endif %}" + each("authors", "{{ b.name }}"),
        1,
        2,
    ),
}


@contextmanager
def pipelines():
    """The statements of each pipeline that is opened meanwhile, without those of its savepoint."""
    found: list[list[str]] = []
    pipeline, execute = psycopg.Connection.pipeline, psycopg.ClientCursor.execute

    @contextmanager
    def noted(self):
        found.append([])
        with pipeline(self) as opened:
            yield opened

    def noted_execute(self, query, params=None, **more):
        is_in_one = self.connection.pgconn.pipeline_status != PipelineStatus.OFF
        if is_in_one and "djust_pipeline" not in str(query):
            found[-1].append(query)
        return execute(self, query, params, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Connection, "pipeline", noted)
        patch.setattr(psycopg.ClientCursor, "execute", noted_execute)
        yield found


def test_what_is_sure_to_be_asked_goes_out_with_the_first_query(zoo_rows):
    for name, (source, count, statements) in PAGES.items():
        case = case_of(sources, source)
        with pipelines() as found:
            result = both(case)
        assert complaint(result) is None, f"{name}: {complaint(result)}"
        # A cold render and a warm one.
        assert [len(one) for one in found] == [statements] * 2 * count, (name, found)
        assert connection.execute_wrappers == []


@AUTOCOMMIT
def test_outside_of_transactions(zoo_rows):
    for name, (source, _, statements) in PAGES.items():
        case = case_of(sources, source)
        stock = case.template(DjangoTemplates).render(case.context())
        template = case.template(DjustTemplates)
        for _turn in range(2):
            context = case.context()
            with pipelines() as found:
                assert template.render(context) == stock, name
            assert sum(map(len, found)) == statements, (name, found)


def test_the_setting_turns_it_off(zoo_rows, settings):
    settings.DJUST_CONFIG = {**settings.DJUST_CONFIG, "JIT_PIPELINE": False}
    with pipelines() as found:
        for source, *_ in PAGES.values():
            result = both(case_of(sources, source))
            assert complaint(result) is None
    assert found == []


def test_each_statement_is_in_the_log_once(zoo_rows):
    source, _, statements = PAGES["an instance"]
    case = case_of(sources, source)
    template = case.template(DjustTemplates)
    context = case.context()
    with CaptureQueriesContext(connection) as log:
        template.render(context)
    assert len({query["sql"] for query in log}) == len(log) == statements


# Errors


def broken(name):
    """The sources, one of which fails in the database when it is read."""

    def make():
        found = sources()
        rows = found[name]
        found[name] = rows.annotate(bad=1 / (F("pk") - F("pk")))
        return found

    return make


@pytest.mark.parametrize("name", ["authors", "books"])
@pytest.mark.parametrize("order", [1, -1])
def test_a_query_that_fails_fails_where_it_is_read(zoo_rows, same, name, order):
    loops = [each(rows, "{{ b.pk }}{{ b.bad }}") for rows in ("authors", "tags", "books")]
    same(broken(name), "".join(loops[::order]), **FAILS)


@AUTOCOMMIT
@pytest.mark.parametrize("name", ["authors", "books"])
def test_outside_of_transactions_the_connection_stays_good(zoo_rows, name):
    source = "".join(each(rows, "{{ b.pk }}{{ b.bad }}") for rows in ("authors", "tags", "books"))
    case = case_of(broken(name), source)
    for backend in (DjangoTemplates, DjustTemplates):
        template = case.template(backend)
        with pytest.raises(DataError, match="division by zero"):
            template.render(case.context())
        assert connection.execute_wrappers == []
        assert connection.connection.info.transaction_status == TransactionStatus.IDLE
        assert connection.connection.info.pipeline_status == PipelineStatus.OFF


@contextmanager
def locked(table):
    """Nobody else reads the table meanwhile."""
    # Not a connection of Django's: the tests end the transactions of those.
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


@contextmanager
def interrupted_soon():
    """As by Ctrl-C, after some time."""

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@AUTOCOMMIT
@pytest.mark.parametrize("table", ["zoo_book", "zoo_author", "zoo_tag"])
def test_an_interrupt_leaves_a_connection_that_is_used_again(zoo_rows, table):
    source, *_ = PAGES["three loops"]
    case = case_of(sources, source)
    for backend in (DjangoTemplates, DjustTemplates):
        template = case.template(backend)
        expected = template.render(case.context())
        context = case.context()
        with locked(table), interrupted_soon(), pytest.raises(KeyboardInterrupt):
            template.render(context)
        assert connection.execute_wrappers == []
        assert connection.connection.info.transaction_status == TransactionStatus.IDLE
        assert connection.connection.info.pipeline_status == PipelineStatus.OFF
        assert template.render(case.context()) == expected


def test_a_statement_that_cannot_be_written_leaves_the_transaction_as_it_was(zoo_rows):
    source = (
        "{{ author.profile.bio }}"
        + each("authors", "{{ b.name }}")
        + each("books", "{{ b.title }}")
    )
    case = case_of(sources, source)
    template = case.template(DjustTemplates)
    context = {**case.context(), "authors": Author.objects.filter(name="\ud800").order_by("pk")}
    del context["author"]
    with transaction.atomic():
        with pytest.raises(UnicodeEncodeError):
            template.render(context)
        with pytest.raises(DatabaseError, match="does not exist"), transaction.atomic():
            Author.objects.raw('RELEASE SAVEPOINT "djust_pipeline"')[0]


def test_a_page_that_ends_early_leaves_nothing_behind(zoo_rows):
    source = each("books", "{{ b.title }}") + "{% fail %}" + each("authors", "{{ b.name }}")
    found = both(case_of(sources, source))
    assert found.stock.page[0] is RuntimeError
    assert {ours.page for ours in found.ours} == {found.stock.page}
    assert connection.execute_wrappers == []
    assert Author.objects.count()


# What happens between


WRITES = {
    "to what was sent": "{% rename author 'new' %}",
    "by SQL": "{% statement 'UPDATE zoo_author SET name = name || 1' %}",
    "by a common table expression": "{% statement 'WITH x AS (UPDATE zoo_author SET name = 1 RETURNING 1) SELECT * FROM x' %}",
    "taken back": "{% undone author 'new' %}",
}


@pytest.mark.parametrize("written", WRITES.values(), ids=WRITES)
def test_what_is_written_between_is_shown(zoo_rows, written):
    source = each("books", "{{ b.title }}") + written + each("authors", "{{ b.name }}")
    found = both(case_of(sources, source))
    assert {ours.page for ours in found.ours} == {found.stock.page}


READS = {
    "a query of its own": "{% asked %}",
    "rows as they come": "{% walked more %}",
    "several statements in one": "{% statement 'SELECT 1; SELECT 2' %}",
    "a savepoint": "{% asked_within_a_block %}",
    "per cent": "{% statement 'SELECT 5 % 3' %}",
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.parametrize("first", [True, False])
def test_what_is_read_between_changes_nothing(zoo_rows, same, read, first):
    loops = [each("books", "{{ b.title }}"), each("authors", "{{ b.name }}")]
    same(sources, read.join(["", *loops]) if first else read.join([*loops, ""]))
    same(sources, read.join(loops))


def test_a_wrapper_that_makes_other_statements_has_its_own_rows(zoo_rows):
    source = (
        each("books", "{{ b.title }}")
        + "{% rewrite 'ORDER BY' 'AND 1 = 0 ORDER BY' %}"
        + each("tags", "{{ b.name }}")
        + "{% rewrite_no_more %}"
        + each("authors", "{{ b.name }}")
    )
    found = both(case_of(sources, source))
    assert "t0" not in found.stock.page
    assert {ours.page for ours in found.ours} == {found.stock.page}
    assert connection.execute_wrappers == []


def test_nothing_is_sent_while_somebody_watches(zoo_rows):
    seen = []

    def see(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    source, _, statements = PAGES["three loops"]
    case = case_of(sources, source)
    template = case.template(DjustTemplates)
    context = case.context()
    with connection.execute_wrapper(see), pipelines() as found:
        template.render(context)
        assert connection.execute_wrappers == [see]
    assert found == []
    assert len(seen) == statements


def test_a_transaction_that_is_lost_stays_lost(zoo_rows):
    source, *_ = PAGES["three loops"]
    case = case_of(sources, source)
    template = case.template(DjustTemplates)
    context = case.context()
    with transaction.atomic():
        connection.needs_rollback = True
        with pytest.raises(transaction.TransactionManagementError):
            template.render(context)
        connection.needs_rollback = False
    assert connection.execute_wrappers == []


def test_locks_are_taken_in_their_turn(zoo_rows):
    def make():
        return {**sources(), "authors": Author.objects.select_for_update().order_by("pk")}

    source = (
        each("books", "{{ b.title }}")
        + each("authors", "{{ b.name }}")
        + each("tags", "{{ b.name }}")
    )
    with pipelines() as found:
        result = both(case_of(make, source))
    assert complaint(result) is None
    assert found
    assert not any("FOR UPDATE" in sql for sent in found for sql in sent)
