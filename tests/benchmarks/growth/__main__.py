"""`python -m tests.benchmarks.growth`: the same as running `run.py`."""

from tests.benchmarks.growth.run import main

raise SystemExit(main())
