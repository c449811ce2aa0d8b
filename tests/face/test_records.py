"""Records are what frozen dataclasses are to those who make, compare, print and copy them."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from djust_backend.records import Record


class Point(Record):
    x: int
    y: tuple[int, ...] = ()


class Other(Record):
    x: int
    y: tuple[int, ...] = ()


class One(Record):
    name: str


class Stamped(Record):
    """Its hash is made otherwise."""

    x: list[int]
    at: int = 0

    def _key(self) -> Any:
        return self.at


@dataclasses.dataclass(frozen=True)
class Usual:
    x: int
    y: tuple[int, ...] = ()


GIVEN: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((1, (2,)), {}),
    ((), {"x": 1}),
    ((1,), {"y": (2,)}),
    ((), {"y": (2,), "x": 1}),
    ((), {}),
    ((), {"y": (2,)}),
    ((1, (2,), 3), {}),
    ((1,), {"x": 1}),
    ((1,), {"z": 1}),
    ((1, (2,)), {"names": ()}),
    ((), {"x": 1, "names": ()}),
]


@pytest.mark.parametrize(("values", "named"), GIVEN)
def test_a_record_takes_what_a_dataclass_takes(
    values: tuple[Any, ...], named: dict[str, Any]
) -> None:
    try:
        expected = Usual(*values, **named)
    except TypeError:
        with pytest.raises(TypeError, match="Point takes x, y"):
            Point(*values, **named)
        return
    made = Point(*values, **named)
    assert (made.x, made.y) == (expected.x, expected.y)
    assert repr(made) == repr(expected).replace("Usual", "Point")


def test_records_are_equal_by_class_and_contents() -> None:
    assert Point(1) == Point(1, ())
    assert hash(Point(1)) == hash(Point(1, ()))
    assert Point(1) != Point(2)
    assert Point(1) != Other(1)
    assert Point(1) != (1, ())
    assert One("a") == One("a") != One("b")


def test_a_hash_may_be_made_of_less() -> None:
    assert hash(Stamped([1], 2)) == hash(Stamped([3], 2))
    assert Stamped([1], 2) != Stamped([3], 2)


def test_contents_that_cannot_be_hashed_are_told_so() -> None:
    with pytest.raises(TypeError):
        hash(Point([]))  # type: ignore[arg-type]


def test_another_record_differs_in_the_names_that_are_given() -> None:
    assert Point(1, (2,)).but(x=3) == Point(3, (2,))
    with pytest.raises(TypeError):
        Point(1).but(z=1)


def test_copies_take_the_contents_and_make_their_own_hash() -> None:
    made = Point(1, (2,))
    hash(made)
    for other in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert other == made
        assert vars(other).keys() == {"x", "y"}
