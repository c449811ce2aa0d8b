"""Every way to hand over books × every way to show them: the same page, and never a query more."""

from __future__ import annotations

import os
from zlib import crc32

import pytest
from zoo.data import populate

from tests.laws.pages_of_books import PAGES, PARTIALS
from tests.laws.queries import Scene, both, complaint
from tests.laws.sources_of_books import SOURCES, books

pytestmark = pytest.mark.django_db(databases=["default", "other"])


#: Seed and size of the data.
DATA = {"empty": (0, 0), "one": (7, 1), "few": (11, 4), "some": (4, 6)}

#: Every how many of all combinations are tried; LAWS_SHARE=1 tries all.
SHARE = int(os.environ.get("LAWS_SHARE", "13"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("data", DATA)
def test_no_page_costs_more_than_on_stock(db, data, source):
    populate(*DATA[data])
    problems = []
    for name, page in PAGES.items():
        if crc32(f"{data} {source} {name}".encode()) % SHARE:
            continue
        scene = Scene(
            page, lambda: context(source), PARTIALS, libraries={"handlers": "tests.laws.handlers"}
        )
        problem = complaint(both(scene))
        if problem is not None:
            problems.append(f"== {name}: {page}\n{problem}")
    assert not problems, f"{len(problems)} pages\n" + "\n".join(problems)


def context(source):
    rows = SOURCES[source]()
    return {
        "books": rows,
        "again": rows,
        "third": rows,
        "one": books().first(),
        "name": "book.html",
    }
