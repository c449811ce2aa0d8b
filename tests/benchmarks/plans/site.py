"""The demo site in a process of its own: what looking for plans costs, or its first page.

    python site.py costs|first CONFIG [PATH]

CONFIG is its DJUST_CONFIG as JSON. The answer is a line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
import timeit
from collections.abc import Callable
from typing import Any

import django
from django.conf import settings

sys.path.insert(0, os.environ["DEMO_SITE"])
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
settings.DJUST_CONFIG = json.loads(sys.argv[2])
django.setup()

from blog.models import Post  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client  # noqa: E402

from djust_backend import plan_cache  # noqa: E402
from djust_backend.cache import events  # noqa: E402
from djust_backend.cache.shared import SharedPlans  # noqa: E402
from djust_backend.orm import fingerprint, guards, planner  # noqa: E402
from djust_backend.orm.choose.rows import level  # noqa: E402

SOURCE = (
    "{% for post in posts %}{{ post.title }} {{ post.get_absolute_url }} {{ post.author }}"
    "{% for tag in post.tags.all %}{{ tag.name }}{% endfor %}{% endfor %}"
)


def microseconds(work: Callable[[], Any], times: int) -> float:
    """The best of some rounds: what else the machine does only adds."""
    return min(timeit.repeat(work, number=times, repeat=7)) / times * 1e6


def costs() -> dict[str, float]:
    """Microseconds of each step, and what Redis is asked for it."""
    usage = engines["django"].from_string(SOURCE).template.usage["posts"]
    facts = guards.examine(Post.objects.order_by("pk"))
    # As a second QuerySet of the same view is: equal, and not the same object.
    again = guards.examine(Post.objects.order_by("pk"))
    planner.plan(facts, usage.row_needs())
    level(facts, usage)
    key = fingerprint.key(planner.PLANS.name, facts, usage.row_needs())
    shared = plan_cache.shared_plans()
    assert key is not None
    found = {
        "memory": microseconds(lambda: planner.plan(again, usage.row_needs()), 20_000),
        "memory level": microseconds(lambda: level(again, usage), 20_000),
        "key": microseconds(
            lambda: fingerprint.key(planner.PLANS.name, facts, usage.row_needs()), 300
        ),
    }
    if shared is not None:
        found |= store_costs(shared, key)
    return found


def store_costs(shared: SharedPlans, key: str) -> dict[str, float]:
    """What finding one plan costs, and how many commands a server runs for that."""
    assert shared.find(key, "blog.Post") is not None
    found = {"store": microseconds(lambda: shared.find(key, "blog.Post"), 2_000)}
    client = getattr(shared._store, "_made", None)
    if client is not None:
        before = client.info("stats")["total_commands_processed"]
        shared.find(key, "blog.Post")
        found["commands"] = client.info("stats")["total_commands_processed"] - before - 1
    found["warm"] = warm_commands(client)
    return found


def warm_commands(client: Any) -> int:
    """How often a warm page asks the store, by the store's own count or by our events."""
    visitor = Client(headers={"host": "localhost"})
    for _ in range(2):
        assert visitor.get("/").status_code == 200
    before = client.info("stats")["total_commands_processed"] if client is not None else 0
    counted = sum(events.counts.values())
    visitor.get("/")
    asked = client.info("stats")["total_commands_processed"] - before - 1 if client else 0
    return int(asked + sum(events.counts.values()) - counted)


def first(path: str) -> dict[str, float]:
    """Milliseconds that the first render of a page takes longer than a warm one, and plans."""
    visitor = Client(headers={"host": "localhost"})
    # Whatever else a process does at its start is done.
    visitor.get("/admin/login/")
    times = []
    for _ in range(4):
        started = time.process_time()
        assert visitor.get(path).status_code == 200
        times.append(time.process_time() - started)
    return {"ms": (times[0] - min(times)) * 1000, "derived": events.counts["compiled"]}


sys.stdout.write(json.dumps(costs() if sys.argv[1] == "costs" else first(sys.argv[3])) + "\n")
