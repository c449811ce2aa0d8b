"""A project without contenttypes can use the room: nothing of that app is imported for it."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
)
django.setup()
from django.db import models
from djust_backend import orm


class Leaf(models.Model):
    class Meta:
        app_label = "tree"

    branch = models.ForeignKey("self", models.CASCADE, related_name="leaves")


assert orm.accessor(Leaf, "branch") == ("to_one", "branch", "branch", True)
assert orm.accessor(Leaf, "leaves") == ("to_many", "leaves", "leaves", True, ("id",))
assert orm.accessor(Leaf, "nothing") is None
assert "django.contrib.contenttypes.fields" not in sys.modules
"""


def test_room_works_without_contenttypes():
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
