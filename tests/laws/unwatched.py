"""Takes off what Django's test runner puts onto templates, so that the native page render is tested."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.template.base import Template
from django.test.utils import _TestState, instrumented_test_render


@contextmanager
def unwatched() -> Iterator[None]:
    """Renders send no `template_rendered` within."""
    watching = Template._render
    if watching is instrumented_test_render:
        Template._render = _TestState.saved_data.template_render
    try:
        yield
    finally:
        Template._render = watching
