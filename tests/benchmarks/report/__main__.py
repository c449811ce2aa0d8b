"""`python -m tests.benchmarks.report`: the same as running `run.py`."""

from tests.benchmarks.report.run import main

raise SystemExit(main())
