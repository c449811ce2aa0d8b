"""Dates, times, zones, and numbers in the way of a country."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.benchmarks.engine.scenario import Scenario, fragment
from tests.benchmarks.engine.shop import sample

PLAIN = """{% for when in moments %}<li>{{ when|date:"Y-m-d" }} {{ when|time:"H:i" }}
{{ when|date:"D, j F Y H:i:s" }} {{ when|date:"jS M y, P" }}</li>
{% endfor %}"""

LOCAL = """{% for when in moments %}<li>{{ when }} {{ when|date }} {{ when|time }}
{{ when|date:"SHORT_DATE_FORMAT" }} {{ when|date:"l, j. F Y" }}</li>
{% endfor %}{% for day in days %}<li>{{ day }}</li>{% endfor %}
"""

ZONES = """{% load tz %}{% for when in moments %}<li>{{ when|date:"c" }} {{ when|utc|date:"H:i" }}
{{ when|timezone:"Asia/Tokyo"|date:"H:i e" }} {{ when|localtime|time:"H:i" }}</li>
{% endfor %}{% timezone "America/New_York" %}{% for when in moments %}{{ when }}; {% endfor %}
{% endtimezone %}{% localtime off %}{{ moments.0 }}{% endlocaltime %}
{% get_current_timezone as zone %}{{ zone }}
"""

SINCE = """{% for when in moments %}<li>{{ when|timesince:late }} ago,
in {{ late|timeuntil:when }}</li>
{% endfor %}"""

NUMBERS = """{% load l10n %}{% for number in numbers %}<td>{{ number }}</td>
<td>{{ number|floatformat:"2g" }}</td><td>{{ number|unlocalize }}</td>
{% endfor %}{% localize off %}{{ numbers.0 }} {{ numbers.12 }}{% endlocalize %}
"""


def moments(variant: str) -> dict[str, Any]:
    """Aware points in time, days, and a point after all of them."""
    source = sample.chance(variant, "moments")
    return {
        "moments": [sample.moment(source) for _ in range(20)],
        "days": [sample.day(source) for _ in range(20)],
        "late": sample.moment(source).replace(year=2024),
    }


def numbers(variant: str) -> dict[str, Any]:
    """Numbers large enough for a separator."""
    source = sample.chance(variant, "local")
    whole = [source.randrange(10**9) for _ in range(10)]
    real = [source.random() * 10**6 for _ in range(10)]
    exact = [Decimal(source.randrange(10**9)) / 100 for _ in range(10)]
    return {"numbers": [*whole, *real, *exact]}


SCENARIOS: list[Scenario] = [
    fragment("dates/formats", PLAIN, moments),
    fragment("dates/german", LOCAL, moments, language="de"),
    fragment("dates/zones", ZONES, moments),
    fragment("dates/timesince", SINCE, moments),
    fragment(
        "dates/now",
        '<footer>&copy; {% now "Y" %} {{ shop }} {% now "Y-m" as month %}{{ month }}</footer>\n',
        lambda variant: {"shop": f"Shop {variant}"},
    ),
    fragment(
        "dates/german_numbers",
        NUMBERS,
        numbers,
        language="de",
        settings={"USE_THOUSAND_SEPARATOR": True},
    ),
]
