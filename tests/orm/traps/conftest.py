"""Fixtures of the traps: rows of every model, and the one checker that all of them use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from traps.compared import case_of, check
from zoo import odd_data
from zoo.models import Bistro, Club, Comment, Membership, Node, Place, Restaurant

from tests.laws.queries import Both


@pytest.fixture
def zoo_rows(library):
    """The library, and a few rows of every other model."""
    odd_data.populate(3, 7)
    for n in range(2):
        Place.objects.create(name=f"p{n}", country=library.countries[n])
        place = Restaurant.objects.create(
            name=f"r{n}", country=library.countries[n], chef=library.authors[n]
        )
        Comment.objects.create(text="at", target=place, writer=library.authors[2])
        Bistro.objects.create(name=f"b{n}", country=library.countries[2 - n], menu="soup")
    club = Club.objects.create(name="one")
    Club.objects.create(name="empty")
    for author in library.authors:
        Membership.objects.create(club=club, author=author)
    root = Node.objects.create(name="root")
    for n in range(3):
        child = Node.objects.create(name=f"n{n}", parent=root)
        Node.objects.create(name=f"n{n}0", parent=child)
    return library


@pytest.fixture
def same() -> Callable[..., Both]:
    """Check one case: `same(make, source)`; `make` gives the context, or what is called `rows`.

    Further arguments are those of `traps.compared.check`, and of the `Case` itself.
    """

    def same_on_both(make: Callable[[], Any], source: str, **more: Any) -> Both:
        asked = {name: more.pop(name) for name in ("renders", "joins", "fails") if name in more}
        return check(case_of(make, source, **more), **asked)

    return same_on_both


@pytest.fixture
def same_each(same, subtests) -> Callable[..., None]:
    """Check a table of cases: name -> make, source and perhaps a dict of further arguments."""

    def all_same(cases: Mapping[str, tuple[Any, ...]], **more: Any) -> None:
        for name, (make, source, *own) in cases.items():
            with subtests.test(name):
                same(make, source, **more, **(own[0] if own else {}))

    return all_same


@pytest.fixture
def same_grid(same_each) -> Callable[..., None]:
    """Check every source with every template: two tables, name -> make and name -> source.

    One test for all of them, because making the rows takes longer than most of the cases.
    """

    def all_same(
        sources: Mapping[str, Callable[[], Any]], bodies: Mapping[str, str], **more: Any
    ) -> None:
        for name, make in sources.items():
            same_each({f"{name}: {body}": (make, bodies[body]) for body in bodies}, **more)

    return all_same
