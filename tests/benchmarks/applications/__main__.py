"""`python -m tests.benchmarks.applications`: the same as running `run.py`."""

from tests.benchmarks.applications.run import main

raise SystemExit(main())
