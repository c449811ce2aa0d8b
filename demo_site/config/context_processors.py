"""What every template of the demo site can see beside its view's context."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def demo(request: HttpRequest) -> dict[str, Any]:
    """Return the day on which the demo lives."""
    return {"today": settings.DEMO_TODAY}
