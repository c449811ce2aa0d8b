"""Loaded by pytest (`-p swapped`) before a package's own tests: puts our classes in the place of Django's.

SWAPPED=backend replaces the backend alone, as a site's settings do; SWAPPED=classes also `Template` and `Engine`,
wherever the tests have these names.
"""

import atexit
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "upstream"))

from replacement import Replacement  # noqa: E402

KIND = os.environ["SWAPPED"]
if KIND != "nothing":
    # The template tests of a package hold Django's names from the moment they are imported.
    Replacement(backend_only=KIND == "backend", packages=()).install()

    def report() -> None:
        from djust_backend._native import render_counters

        Path(os.environ["SWAPPED_COUNTERS"]).write_text(json.dumps(render_counters()))

    if "SWAPPED_COUNTERS" in os.environ:
        atexit.register(report)
