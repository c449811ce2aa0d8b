"""The measured pages on few rows: the same text from every backend, and how many queries it takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.benchmarks.orm.backends import BACKENDS, BASE, EXPECTED, JUDGED
from tests.benchmarks.orm.pages import PAGES
from tests.benchmarks.orm.run import workers
from tests.benchmarks.orm.session import Effort, Session


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """Every backend on a small database."""
    with workers("sqlite", list(BACKENDS), "small") as processes:
        yield Session(processes, Effort())


@pytest.mark.parametrize("page", PAGES)
def test_every_backend_makes_the_same_page(session: Session, page: str):
    results = session.check(page)
    wrong = {name: result.detail for name, result in results.items() if result.status != "ok"}
    assert not wrong
    ours, stock, tuned = (results[name].queries for name in (JUDGED, EXPECTED, BASE))
    assert ours <= stock
    if ours > tuned:
        print(f"{page}: {ours} queries, the expert's page has {tuned}")


def test_a_page_without_models_enters_nothing_of_the_orm_room(session: Session):
    assert session.functions() == 0
