"""Random QuerySets × random templates × random rows: stock's page, never a query more, nothing read needlessly.

A short run by default; ORM_ATTACKS=5000 runs as many, with other examples each time.
"""

from __future__ import annotations

import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from traps.compared import both, complaint
from traps.random_details import Detail, details
from traps.random_views import Attack, attacks
from zoo import odd_data, wild_data
from zoo.data import populate

from djust_backend.orm.rowsets import INSTANCES_AFTER_ALL

EXAMPLES = int(os.environ.get("ORM_ATTACKS", "200"))


attacked = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="ORM_ATTACKS" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
seeds = st.integers(0, 10_000)
sizes = st.sampled_from([6, 4, 3, 2, 1, 0])


def problem_of(attack: Attack | Detail, seed: int, size: int) -> str | None:
    """Which law was broken, if the views get as far as rendering."""
    with transaction.atomic():
        populate(seed, size)
        odd_data.populate(seed, size)
        wild_data.populate(seed, size)
        # A relation whose keys are all NULL is read by no query of stock's; a join of it is no query.
        problem = complaint(both(attack.case()), joins=False) if attack.can_be_made() else None
        transaction.set_rollback(True)
    return problem


@pytest.mark.filterwarnings("ignore")
@attacked
@given(attack=attacks(), seed=seeds, size=sizes)
def test_random_views(db: None, attack: Attack, seed: int, size: int) -> None:
    problem = problem_of(attack, seed, size)
    assert problem is None, problem


@pytest.mark.filterwarnings("ignore")
@attacked
@given(detail=details(), seed=seeds, size=sizes)
def test_random_pages_about_one_instance(
    db: None, caplog: pytest.LogCaptureFixture, detail: Detail, seed: int, size: int
) -> None:
    caplog.clear()
    problem = problem_of(detail, seed, size)
    if problem is not None and any(record.msg == INSTANCES_AFTER_ALL for record in caplog.records):
        # An object that is reached in two ways (docs/limits.md).
        assert "other page" not in problem, problem
        return
    assert problem is None, problem
