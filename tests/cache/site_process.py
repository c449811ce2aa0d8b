"""A process of a site: renders a page of rows when its standard input says so, and reports.

Arguments: DJUST_CONFIG as JSON. Each line read is a request for the page that it names; the answer
is a line of JSON with the text, what was derived and what was found. It waits after it has loaded
everything.
"""

from __future__ import annotations

import json
import logging
import sys
import time

import django
from django.conf import settings

SOURCES = {
    "permissions": (
        "{% for p in rows %}{{ p }} {{ p.codename }}"
        "{% for group in p.group_set.all %}{{ group.name }}{% endfor %} {% endfor %}"
    ),
    "shelves": "{% for shelf in rows %}{{ shelf.label }}{% endfor %}",
    "books": "{% for book in rows %}{{ book.label }}{% endfor %}",
}

settings.configure(
    DJUST_CONFIG=json.loads(sys.argv[1]),
    SECRET_KEY="of the processes of a test",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "tests.cache.library"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[{"BACKEND": "djust_backend.django.DjustTemplates"}],
    LOGGING_CONFIG=None,
)
django.setup()
logging.basicConfig(level=logging.WARNING)

from django.contrib.auth.models import Group, Permission  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.template import engines  # noqa: E402

from djust_backend.cache import events  # noqa: E402
from djust_backend.orm import forget_plans  # noqa: E402
from tests.cache.library.models import Book, Shelf  # noqa: E402

MODELS = {"permissions": Permission, "shelves": Shelf, "books": Book}


def answer(page: str) -> dict[str, object]:
    """Render with an empty memory, as a process that has just started."""
    forget_plans()
    events.reset()
    start = time.perf_counter()
    rows = MODELS[page].objects.order_by("pk")
    text = engines["django"].from_string(SOURCES[page]).render({"rows": rows})
    counts = dict(events.counts)
    return {"text": text, "seconds": time.perf_counter() - start, "counts": counts}


call_command("migrate", run_syncdb=True, verbosity=0)
group = Group.objects.create(name="editors")
group.permissions.set(Permission.objects.all()[:3])
sys.stdout.write("ready\n")
sys.stdout.flush()
for line in sys.stdin:
    sys.stdout.write(json.dumps(answer(line.strip())) + "\n")
    sys.stdout.flush()
