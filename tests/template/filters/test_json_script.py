"""The filter `json_script`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None, "'id'", "'<i>'"]
VALUES: list[object] = [{"a": "</script><!--&"}, [1.5, None, True]]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("json_script", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|json_script:1:2 }}",
        "{{ v|json_script: }}",
        "{{ v|json_script:missing }}",
        "{{ v |json_script }}{{ missing|json_script }}",
        "{{ v|json_script|json_script }}",
        "{% filter json_script %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|json_script:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
