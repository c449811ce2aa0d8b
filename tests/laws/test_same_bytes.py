"""Whatever the template and whatever the context: both engines do the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings

from tests.laws.grammar import broken_cases, cases
from tests.laws.observed import RandomCase, difference

BUSY = settings(
    max_examples=3 * settings().max_examples,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)

pytestmark = pytest.mark.filterwarnings("ignore")


def check(case: RandomCase) -> None:
    found = difference(case)
    if found is not None:
        stock, ours = found
        at = next(
            i
            for i, pair in enumerate(zip([*stock, None], [*ours, None], strict=False))
            if pair[0] != pair[1]
        )
        pytest.fail(
            f"sources: {json.dumps(dict(case.sources), indent=1)}\n"
            f"values: {dict(case.values)}, options: {dict(case.options)}, way: {case.way}\n"
            f"stock: {[*stock, None][at]!r}\nours:  {[*ours, None][at]!r}",
            pytrace=False,
        )


@BUSY
@given(cases())
def test_any_template_is_rendered_as_by_stock(case: RandomCase) -> None:
    check(case)


@BUSY
@given(broken_cases())
def test_any_mistake_is_reported_as_by_stock(case: RandomCase) -> None:
    check(case)
