"""Translated pages; the German texts are the ones that Django's admin ships."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.engine.scenario import Scenario, fragment
from tests.benchmarks.engine.shop import sample

PAGE = """{% load i18n %}{% get_current_language as code %}<html lang="{{ code }}">
<a href="/">{% trans "Home" %}</a> <a href="/out">{% translate "Log out" %}</a>
{% translate "Delete" as label %}<button title="{{ label }}">{{ label }}</button>
{% trans "Yes" %} {% trans "No" %} {% trans word %} {% trans "May" context "alt. month" %}
{% for item in items %}<p>{% blocktrans count counter=item.stock %}{{ counter }} result{% plural %}{{ counter }} results{% endblocktrans %}
{% blocktranslate with name=item.title %}Change {{ name }}{% endblocktranslate %}
{{ _("Today") }}</p>
{% endfor %}</html>
"""

TRIMMED = """{% load i18n %}{% for item in items %}{% blocktranslate trimmed with n=item.stock %}
    There are {{ n }} pieces
    of {{ what }}, and they are cheap.
{% endblocktranslate %}<i>{% trans "No such message" %}</i>
{% blocktranslate count n=item.stock %}{{ n }} lamp{% plural %}{{ n }} lamps{% endblocktranslate %}
{% endfor %}"""

LANGUAGES = """{% load i18n %}{% get_available_languages as all %}{% for code, name in all %}
{% get_language_info for code as info %}<a hreflang="{{ info.code }}">{{ info.name_local }}</a>
{{ name }} {{ code|language_name }}{% endfor %}
{% language "de" %}{% trans "Home" %} {{ title }}{% endlanguage %}{% trans "Home" %}
"""


def items(variant: str) -> dict[str, Any]:
    """Twenty dictionaries and a word that Django has a translation for."""
    word = "Search" if variant == "A" else "Save"
    return {"items": sample.records(variant, 20), "word": word, "what": f"<{variant}>"}


SCENARIOS: list[Scenario] = [
    fragment("translation/german", PAGE, items, language="de"),
    fragment("translation/none", TRIMMED, items),
    fragment("translation/languages", LANGUAGES, lambda variant: {"title": f"T<{variant}>"}),
]
