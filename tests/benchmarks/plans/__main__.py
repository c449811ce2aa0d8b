"""`python -m tests.benchmarks.plans`: the same as running `run.py`."""

from tests.benchmarks.plans.run import main

raise SystemExit(main())
