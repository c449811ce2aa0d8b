"""The filter `escapejs`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = ["</script>\u2028\x00\x1f'\""]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("escapejs", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|escapejs:1:2 }}",
        "{{ v|escapejs: }}",
        "{{ v|escapejs:missing }}",
        "{{ v |escapejs }}{{ missing|escapejs }}",
        "{{ v|escapejs|escapejs }}",
        "{% filter escapejs %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|escapejs:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
