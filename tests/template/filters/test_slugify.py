"""The filter `slugify`."""

from __future__ import annotations

import pytest

from tests.template.tables import check_filter, check_source

ARGUMENTS = [None]
VALUES: list[object] = [" Héllo, Wörld -_ 1 ½ ﬁ ", "日本", "--a--"]


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_any_value(argument: str | None) -> None:
    check_filter("slugify", argument, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ v|slugify:1:2 }}",
        "{{ v|slugify: }}",
        "{{ v|slugify:missing }}",
        "{{ v |slugify }}{{ missing|slugify }}",
        "{{ v|slugify|slugify }}",
        "{% filter slugify %}<b> {{ v }}\n</b>{% endfilter %}",
        "{{ v|slugify:'a':v }}",
    ],
)
def test_other_places(source: str) -> None:
    check_source(source, VALUES)
