"""`python -m tests.benchmarks.engine`: the same as running `run.py`."""

from tests.benchmarks.engine.run import main

raise SystemExit(main())
