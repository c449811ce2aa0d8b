"""QueryCountMiddleware: what is counted, for whom, and who hears of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.db.utils import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path

from djust_backend.queries import Queries, counted
from tests.connections import close_connections

MIDDLEWARE = "djust_backend.middleware.QueryCountMiddleware"

pytestmark = pytest.mark.django_db(databases=["default", "other"])


def ask(times: int, alias: str = "default") -> None:
    for _ in range(times):
        list(User.objects.using(alias).all())


def page(request: HttpRequest, times: int) -> HttpResponse:
    ask(times)
    return HttpResponse(str(request.djust_queries.count))  # type: ignore[attr-defined]


async def async_page(request: HttpRequest, times: int) -> HttpResponse:
    for _ in range(times):
        # Others take their turns in between.
        await User.objects.acount()
        await asyncio.sleep(0)
    return HttpResponse(str(request.djust_queries.count))  # type: ignore[attr-defined]


def two_databases(request: HttpRequest) -> HttpResponse:
    ask(2)
    ask(1, "other")
    return HttpResponse()


def timed(request: HttpRequest) -> HttpResponse:
    ask(1)
    return HttpResponse(headers={"Server-Timing": "cache;dur=1"})


def broken(request: HttpRequest) -> HttpResponse:
    ask(3)
    raise ValueError("after three queries")


urlpatterns = [
    path("page/<int:times>/", page),
    path("async/<int:times>/", async_page),
    path("two/", two_databases),
    path("timed/", timed),
    path("broken/", broken),
]


@pytest.fixture(autouse=True)
def site() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[MIDDLEWARE], DEBUG=False):
        yield


def counts_of(response: Any) -> Queries:
    found = response.djust_queries
    assert isinstance(found, Queries)
    return found


def test_request_and_response_know_the_queries() -> None:
    response = Client().get("/page/3/")
    assert response.content == b"3"
    queries = counts_of(response)
    assert queries.count == 3
    assert queries.seconds > 0


def test_each_request_begins_at_nothing() -> None:
    client = Client()
    assert [counts_of(client.get(f"/page/{times}/")).count for times in (2, 0, 1)] == [2, 0, 1]


def test_all_databases_are_counted() -> None:
    queries = counts_of(Client().get("/two/"))
    assert queries.by_database == {"default": 2, "other": 1}
    assert queries.count == 3


def test_an_async_view_is_counted() -> None:
    response = async_to_sync(AsyncClient().get)("/async/4/")
    assert response.content == b"4"
    assert counts_of(response).count == 4


def test_a_sync_view_under_asgi_is_counted() -> None:
    response = async_to_sync(AsyncClient().get)("/page/2/")
    assert counts_of(response).count == 2


def test_requests_at_once_are_counted_apart() -> None:
    async def both() -> list[Any]:
        client = AsyncClient()
        return await asyncio.gather(*(client.get(f"/async/{times}/") for times in (1, 5, 3)))

    assert [counts_of(response).count for response in async_to_sync(both)()] == [1, 5, 3]


def test_a_connection_that_another_thread_opens_is_counted() -> None:
    def asked() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
        close_connections()

    async def count() -> int:
        with counted() as queries:
            await sync_to_async(asked, thread_sensitive=False)()
        return queries.count

    assert async_to_sync(count)() == 1


def test_more_queries_than_the_setting_are_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(DJUST_CONFIG={"JIT_QUERY_WARNING": 3}):
        Client().get("/page/3/")
        assert not caplog.records
        Client().get("/page/4/")
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("djust_backend.jit", logging.WARNING)
    assert "GET /page/4/: 4 queries, more than 3" in record.getMessage()


def test_eleven_are_too_many_by_default_and_zero_turns_it_off(
    caplog: pytest.LogCaptureFixture,
) -> None:
    Client().get("/page/11/")
    assert "11 queries" in caplog.text
    caplog.clear()
    with override_settings(DJUST_CONFIG={"JIT_QUERY_WARNING": 0}):
        Client().get("/page/11/")
    assert not caplog.records


def test_a_view_that_fails_is_counted_and_fails_as_before() -> None:
    response = Client(raise_request_exception=False).get("/broken/")
    assert response.status_code == 500
    assert counts_of(response).count == 3


def test_a_statement_that_fails_is_counted(transactional_db: None) -> None:
    cursor = connections["default"].cursor()
    with cursor, counted() as queries, pytest.raises(OperationalError):
        cursor.execute("SELECT nothing FROM nowhere")
    assert queries.count == 1


def test_the_header_is_there_on_demand_and_keeps_what_others_wrote() -> None:
    assert "Server-Timing" not in Client().get("/page/1/").headers
    with override_settings(DJUST_CONFIG={"JIT_SERVER_TIMING": True}):
        own = Client().get("/page/2/").headers["Server-Timing"]
        added = Client().get("/timed/").headers["Server-Timing"]
    assert own.startswith('db;desc="2 queries";dur=')
    assert "total;dur=" in own
    assert added.startswith('cache;dur=1, db;desc="1 query";dur=')


def test_wrappers_of_others_stay_and_go_as_they_wish() -> None:
    connection = connections["default"]
    before = list(connection.execute_wrappers)
    seen = []

    def theirs(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(theirs):
        Client().get("/page/2/")
    assert len(seen) == 2
    assert theirs not in connection.execute_wrappers
    Client().get("/page/2/")
    assert len(seen) == 2
    assert len(connection.execute_wrappers) <= len(before) + 1


def test_counts_can_be_nested() -> None:
    with counted() as outer:
        ask(1)
        with counted() as inner:
            ask(2)
        ask(1)
    assert (outer.count, inner.count) == (4, 2)
