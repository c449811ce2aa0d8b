"""What the compiler is shown before it builds a release: a demo site, and a day on it.

`maturin --pgo` runs this with an extension that counts what is executed how often, and then builds
the release by it. Needs the package and Django, nothing else. Nothing here is measured.

    python native/training/train.py [ROUNDS]
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command

DEMO_SITE = Path(__file__).resolve().parents[2] / "demo_site"


def main(arguments: list[str]) -> None:
    """Set the demo site up in a folder of its own, and go through it."""
    rounds = int(arguments[0]) if arguments else 60
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DEMO_SQLITE_PATH"] = str(Path(folder) / "demo.sqlite3")
        os.environ["DEMO_DEBUG"] = "0"
        os.environ["DEMO_ALLOWED_HOSTS"] = "testserver"
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        sys.path.insert(0, str(DEMO_SITE))
        django.setup()
        call_command("migrate", verbosity=0)
        call_command("seed_demo", verbosity=0)
        # Only now: models can't be imported before Django is set up.
        day = importlib.import_module("day")
        day.visit(rounds)
        day.render(rounds * 5)


if __name__ == "__main__":
    main(sys.argv[1:])
