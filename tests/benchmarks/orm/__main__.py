"""`python -m tests.benchmarks.orm`: the same as running `run.py`."""

from tests.benchmarks.orm.run import main

raise SystemExit(main())
