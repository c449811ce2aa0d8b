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
from traps.random_views import Attack, attacks
from zoo import odd_data, wild_data
from zoo.data import populate

EXAMPLES = int(os.environ.get("ORM_ATTACKS", "200"))


@pytest.mark.filterwarnings("ignore")
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="ORM_ATTACKS" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(attack=attacks(), seed=st.integers(0, 10_000), size=st.sampled_from([6, 4, 3, 2, 1, 0]))
def test_random_views(db: None, attack: Attack, seed: int, size: int) -> None:
    with transaction.atomic():
        populate(seed, size)
        odd_data.populate(seed, size)
        wild_data.populate(seed, size)
        # A relation whose keys are all NULL is read by no query of stock's; a join of it is no query.
        problem = complaint(both(attack.case()), joins=False) if attack.can_be_made() else None
        transaction.set_rollback(True)
    assert problem is None, problem
