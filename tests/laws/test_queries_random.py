"""Random pages over random rows: the same page, never a query more, nothing read needlessly."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from zoo.data import populate

from tests.laws.queries import check
from tests.laws.random_pages import RandomPage, pages

pytestmark = [
    pytest.mark.django_db(databases=["default", "other"]),
    pytest.mark.filterwarnings("ignore"),
]


@settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
@given(page=pages(), seed=st.integers(0, 10_000), size=st.sampled_from([4, 3, 2, 1, 0]))
def test_random_pages_of_random_rows(db: None, page: RandomPage, seed: int, size: int) -> None:
    with transaction.atomic():
        populate(seed, size)
        check(page.scene())
        transaction.set_rollback(True)
