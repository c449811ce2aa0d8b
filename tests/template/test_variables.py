"""Paths: items, attributes, indexes and calls, on every odd value."""

from __future__ import annotations

import logging

import pytest

from tests.template.tables import Table, check

BITS = [
    "a",
    "b",
    "c",
    "d",
    "items",
    "0",
    "1",
    "-1",
    "01",
    "5",
    "keys",
    "values",
    "count",
    "upper",
    "method",
    "needs",
    "raises",
    "types",
    "name",
    "real",
    "missing",
    "__class__",
    "é",
    "a.b",
    "b.a",
    "b.a.1.c",
    "method.0",
    "items.0",
    "0.a",
    "0.0",
    "1.items.x",
    "RED.value",
    "RED.name",
    "year",
    "missing.more",
    "a.missing",
    "raises.more",
    "0.1.2",
    "object_list.0",
]

OPTIONS = [
    {},
    {"string_if_invalid": "INVALID"},
    {"string_if_invalid": "<%s>"},
    {"string_if_invalid": "%s%s"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("path", BITS)
def test_a_step(path: str, options: dict[str, str]) -> None:
    check(f"[{{{{ v.{path} }}}}{{{{ v.{path}|default:'d' }}}}]", Table(options=options))


@pytest.mark.parametrize("path", BITS)
def test_a_step_in_a_condition_and_a_loop(path: str) -> None:
    check(f"{{% if v.{path} %}}y{{% endif %}}{{% for x in v.{path} %}}{{{{ x }}}}{{% endfor %}}")


@pytest.mark.parametrize("path", BITS)
def test_a_step_whose_misses_are_logged(path: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "django.template"):
        check(f"{{{{ v.{path} }}}}{{{{ missing.{path} }}}}")


WRONG = r"""
{{ }}
{{  v  }}{{v}}{{ v}}
{{ v.a.  }}
{{ .v }}
{{ v..a }}
{{ _v }}{{ v }}
{{ v._a }}
{{ v.__class__ }}
{{ v.a-b }}
{{ v a }}
{{ "text }}
{{ 'a' 'b' }}
{{ 'it\'s' }}{{ "a\"b" }}{{ 'a\\b' }}
{{ _('Yes') }}{{ _("No")|lower }}{{ _(v) }}
{{ 1 }}{{ 1.5 }}{{ -2 }}{{ +3 }}{{ .5 }}{{ 1e3 }}{{ 007 }}{{ 1_000 }}
{{ 5. }}
{{ 1a }}
{{ 99999999999999999999999 }}{{ 1e400 }}{{ -0.0 }}
{{ True }}{{ False }}{{ None }}{{ true }}
{{ v|upper|lower }}
{{ v|upper | lower }}
{{ v| upper }}
{{ v|default:"a:b|c" }}
{{ v|default:'a' : 'b' }}
{{ v|add:_("Yes") }}{{ v|default:v.a }}
{{ v|default:_v }}
{{ v|upper:}}
{{ v|default:1a }}
{{ v||upper }}
{{ v|"upper" }}
{{ v }} } }} {{ { } }}
{% v %}
{%%}
{% %}
{{ v
}}
{{ v.0 }}{{ v.00 }}{{ v.0.0 }}
{{ ü }}{{ v.ü }}
{{ v%}{% x }}
""".strip().splitlines()


@pytest.mark.parametrize("source", WRONG)
def test_spelling(source: str) -> None:
    check(source)
