"""A process of a site: renders a page of rows when its standard input says so, and reports.

Arguments: DJUST_CONFIG as JSON. Each line read is a request; the answer is a line of JSON with the
text, what was derived and what was found. It waits after it has loaded everything.
"""

from __future__ import annotations

import json
import logging
import sys
import time

import django
from django.conf import settings

SOURCE = (
    "{% for p in permissions %}{{ p.codename }} {{ p.content_type.model }}"
    "{% for group in p.group_set.all %}{{ group.name }}{% endfor %} {% endfor %}"
)

settings.configure(
    DJUST_CONFIG=json.loads(sys.argv[1]),
    SECRET_KEY="of the processes of a test",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
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


def answer() -> dict[str, object]:
    """Render with an empty memory, as a process that has just started."""
    forget_plans()
    events.reset()
    start = time.perf_counter()
    rows = Permission.objects.order_by("pk")
    text = engines["django"].from_string(SOURCE).render({"permissions": rows})
    counts = dict(events.counts)
    return {"text": text, "seconds": time.perf_counter() - start, "counts": counts}


call_command("migrate", verbosity=0)
group = Group.objects.create(name="editors")
group.permissions.set(Permission.objects.all()[:3])
sys.stdout.write("ready\n")
sys.stdout.flush()
for _ in sys.stdin:
    sys.stdout.write(json.dumps(answer()) + "\n")
    sys.stdout.flush()
