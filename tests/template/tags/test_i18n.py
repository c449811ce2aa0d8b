"""The tags of `{% load i18n %}`."""

from __future__ import annotations

import pytest

from tests.template.tables import check

SOURCES = r"""
{% translate "Yes" %}{% trans 'No' %}{% translate "<x>" %}{% translate _("<x>") %}
{% translate v %}
{% translate v|upper %}{% translate "100%"|lower %}{% translate "%(x)s %%" %}
{% translate v as x %}[{{ x }}]{% translate 'Yes' as v %}{{ v }}
{% translate v noop %}{% translate "Yes" context "month" %}{% translate v context v %}
{% translate missing %}{% translate v.a %}{% translate v.nope.nope|default:'d' %}
{% language 'de' %}{% translate "Yes" %}{% translate _("Yes") %}{{ _("No") }}{{ v }}{{ 1234.5 }}{% endlanguage %}{% translate 'Yes' %}
{% language v %}{% translate "Yes" %}{% get_current_language as l %}{{ l }}{% endlanguage %}
{% language missing %}{% endlanguage %}
{% blocktranslate %}text {{ v }} 100% {{ missing }}{% endblocktranslate %}
{% blocktrans with x=v y=v.a|default:'d' %}{{ x }}<{{ y }}>{% endblocktrans %}{{ x }}
{% blocktranslate with v as x and 2 as y %}{{ x }}{{ y }}{% endblocktranslate %}
{% blocktranslate count n=v %}one {{ n }}{% plural %}many {{ n }}{{ v }}{% endblocktranslate %}
{% blocktranslate count n=v|length %}one{% plural %}{{ n }} things{% endblocktranslate %}{{ n }}
{% blocktranslate trimmed %}\n  a\n  b {{ v }}\n{% endblocktranslate %}
{% blocktranslate asvar x %}a{{ v }}{% endblocktranslate %}[{{ x }}]
{% blocktranslate context "c" with x=v %}{{ x }}{% endblocktranslate %}
{% blocktranslate context v %}x{% endblocktranslate %}
{% blocktranslate count n=2 %}a{% plural %}{% endblocktranslate %}
{% language 'de' %}{% blocktranslate %}Yes{% endblocktranslate %}{% blocktranslate with v=1234.5 %}{{ v }}{% endblocktranslate %}{% endlanguage %}
{% get_current_language as l %}{{ l }}{% get_current_language_bidi as b %}{{ b }}{% get_available_languages as a %}{{ a.0 }}
{% get_language_info for 'de' as i %}{{ i.code }}{{ i.name_local }}{{ i.bidi }}
{% get_language_info for v as i %}{{ i.code }}
{% get_language_info_list for v as i %}{{ i }}
{% translate %}
{% translate "x" y %}
{% translate "x" as %}
{% translate "x" context %}
{% translate "x" noop noop %}
{% translate "x" context as y %}
{% blocktranslate %}{% if v %}{% endif %}{% endblocktranslate %}
{% blocktranslate %}{{ v|upper }}{% endblocktranslate %}
{% blocktranslate %}{{ v.a }}{% endblocktranslate %}
{% blocktranslate count n=1 %}a{% plural %}b{% plural %}{% endblocktranslate %}
{% blocktranslate %}a{% plural %}b{% endblocktranslate %}
{% blocktranslate count %}{% endblocktranslate %}
{% blocktranslate count a=1 b=2 %}{% plural %}{% endblocktranslate %}
{% blocktranslate with %}{% endblocktranslate %}
{% blocktranslate nope %}{% endblocktranslate %}
{% blocktranslate asvar %}{% endblocktranslate %}
{% blocktranslate context %}{% endblocktranslate %}
{% blocktranslate %}
{% language %}{% endlanguage %}
{% language 'de' 'en' %}{% endlanguage %}
{% language 'de' %}
{% get_current_language %}
{% get_current_language as %}
{% get_available_languages x y %}
{% get_language_info for 'de' %}
{% get_language_info_list x y as z %}
""".strip().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_same(source: str) -> None:
    check(source.replace("\\n", "\n"))
