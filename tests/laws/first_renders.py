"""A process in which threads meet templates for the first time together; writes how many came to their end.

The interpreter switches threads as often as it can: a lock that is held while Python code runs stops
them all, sooner or later.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

import django
from django.conf import settings

THREADS = 8
TEMPLATES = 150
#: Seconds that a thread may take; all of them take two.
LONG = 40

SOURCE = """{% load i18n l10n tz static cache %}
{% for group in groups %}{{ group.name }}{{ group.permissions.count }}{% endfor %}
{% for group in holder.found.0 %}{{ group }}{% ifchanged %}{{ group.pk }}{% endifchanged %}{% endfor %}
{% with held=holder.found.0 %}{% for group in held %}{{ group.name|upper }}{% endfor %}{% endwith %}
{% for one in holder.found %}{% for group in one %}{{ group.name }}{% endfor %}{% endfor %}
{% translate "Yes" %}{% blocktranslate count n=2 %}one{% plural %}many{% endblocktranslate %}
{% now "Y" as year %}{{ 1234.5|floatformat:2 }}{{ text|urlize|linebreaks }}{{ text|slugify }}
{% cache 5 fragment number %}{{ number }}{% endcache %}{{ form }}{% include part %}"""


class Holder:
    """Has QuerySets where no variable of the template has any."""

    @property
    def found(self) -> list[Any]:
        """One, which nobody has read."""
        from django.contrib.auth.models import Group

        return [Group.objects.none()]


def render(source: str, barrier: threading.Barrier, engine: Any, templates: list[Any]) -> None:
    """Compile and render all templates, each when all threads are there."""
    from django import forms
    from django.contrib.auth.models import Group

    for number, shared in enumerate(templates):
        own = engine.from_string(f"{source}{number}")
        for template in (shared, own):
            barrier.wait(LONG)
            context = {
                "groups": Group.objects.none(),
                "holder": Holder(),
                "text": "see example.com",
                "number": number,
                "form": type("Form", (forms.Form,), {"name": forms.CharField()})(),
                "part": engine.from_string("{{ number }}").template,
            }
            template.render(context)


def main() -> None:
    """Run the threads."""
    settings.configure(
        SECRET_KEY="not a secret",
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DJUST_CONFIG={"JIT_CACHE_BACKEND": "memory"},
        USE_TZ=True,
    )
    django.setup()
    from djust_backend import DjustTemplates

    engine = DjustTemplates({"NAME": "first", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})
    templates = [engine.from_string(f"{SOURCE} {number}") for number in range(TEMPLATES)]
    barrier = threading.Barrier(THREADS)
    sys.setswitchinterval(1e-6)
    done = []

    def work() -> None:
        render(SOURCE, barrier, engine, templates)
        done.append(True)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    sys.stdout.write(f"{len(done)}\n")


if __name__ == "__main__":
    main()
