"""Pages of both engines in greenlets that take turns in the middle of a render: a program.

`python greenlets.py DATABASE` prints the pages that differ from those that stock Django makes one
at a time. Under gevent every greenlet is a thread of its own to Python's `threading`, and so has
its own language, time zone and connections.
"""

from __future__ import annotations

import gevent.monkey

gevent.monkey.patch_all()

import datetime  # noqa: E402 - all of what follows must see the patched modules
import random  # noqa: E402
import sys  # noqa: E402
import zoneinfo  # noqa: E402

import django  # noqa: E402
import gevent  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

BACKENDS = ("django.template.backends.django.DjangoTemplates", "djust_backend.DjustTemplates")
LANGUAGES = ("de", "en", "es", "it")
ZONES = ("UTC", "America/New_York", "Europe/Berlin")
MOMENT = datetime.datetime(2024, 3, 5, 12, tzinfo=datetime.timezone.utc)

PAGE = """{% load i18n l10n tz %}{% trans "Yes" %} {{ moment }} {{ number }} {{ text }}
{% for x in items %}{% trans "No" %}{{ x }}{% cycle "a" "b" %}{{ pause }}{% ifchanged x %}!{% endifchanged %}
{{ moment|date }} {{ number|floatformat:2 }}{% timezone "Asia/Tokyo" %}{{ pause }}{{ moment }}{% endtimezone %}
{% language "fr" %}{{ pause }}{% trans "Yes" %} {{ moment }}{% endlanguage %}{% with y=x %}{{ pause }}{{ y }}{% endwith %}
{% endfor %}{% for user in users %}{{ user.username }}{{ pause }}{% for group in user.groups.all %}{{ group.name }}
{{ pause }}{{ group.user_set.count }}{% endfor %}{{ user.get_full_name }}{% endfor %}"""


def main(database: str) -> None:
    """Fill the database, a file of SQLite, render, and print what differs."""
    settings.configure(
        SECRET_KEY="for tests",
        USE_TZ=True,
        TEMPLATES=[{"BACKEND": name, "NAME": name} for name in BACKENDS],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    )
    django.setup()
    call_command("migrate", verbosity=0)
    fill()
    stock, ours = BACKENDS
    wanted = [gevent.spawn(page, stock, number).get() for number in range(40)]
    jobs = [gevent.spawn(page, ours, number) for number in range(40)]
    gevent.joinall(jobs)
    for job, text in zip(jobs, wanted, strict=True):
        if job.get() != text:
            print(job.get(), "instead of", text)  # noqa: T201
    print("compared", len({*wanted}))  # noqa: T201


def fill() -> None:
    """Five users with a group each."""
    from django.contrib.auth.models import Group, User

    for number in range(5):
        user = User.objects.create(username=f"<{number}>", first_name=f"First {number}")
        user.groups.add(Group.objects.create(name=f"group {number}"))


def page(engine: str, number: int) -> str:
    """What this engine makes of the page for a visitor with this number."""
    from django.contrib.auth.models import User
    from django.db import connections
    from django.template import engines
    from django.utils import timezone, translation

    def pause() -> str:
        gevent.sleep(random.random() / 1_000)
        return ""

    context = {
        "moment": MOMENT,
        "number": number * 1_234.5,
        "text": f"<{number}>",
        "items": [number, number, number + 1],
        "pause": pause,
        "users": User.objects.order_by("pk")[: number % 5],
    }
    zone = zoneinfo.ZoneInfo(ZONES[number % len(ZONES)])
    language = LANGUAGES[number % len(LANGUAGES)]
    try:
        with translation.override(language), timezone.override(zone):
            return engines[engine].from_string(PAGE).render(context)
    finally:
        connections.close_all()


if __name__ == "__main__":
    main(sys.argv[1])
