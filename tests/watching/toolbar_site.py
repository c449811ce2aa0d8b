"""A site with django-debug-toolbar; run with a word, it asks for its page and shows the panel.

`python -m tests.watching.toolbar_site sync` (or `async`): the side bar's line, then the panel.
"""

from __future__ import annotations

import html
import re
import sys
from typing import Any

import django
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import AsyncClient, Client
from django.urls import include, path

SOURCE = (
    "<html><body>{% for permission in permissions %}"
    "{{ permission.name }} {{ permission.content_type.app_label }}"
    "{% endfor %}</body></html>"
)

settings.configure(
    SECRET_KEY="x",
    DEBUG=True,
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    INTERNAL_IPS=["127.0.0.1"],
    STATIC_URL="static/",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[2]}},
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.staticfiles",
        "debug_toolbar",
    ],
    MIDDLEWARE=["debug_toolbar.middleware.DebugToolbarMiddleware"],
    DEBUG_TOOLBAR_PANELS=["djust_backend.panel.JITPanel"],
    DEBUG_TOOLBAR_CONFIG={"IS_RUNNING_TESTS": False},
    DJUST_CONFIG={"JIT_CACHE_BACKEND": "memory"},
    TEMPLATES=[
        {
            "BACKEND": "djust_backend.DjustTemplates",
            "NAME": "django",
            "OPTIONS": {
                "loaders": [
                    ("django.template.loaders.locmem.Loader", {"list.html": SOURCE}),
                    "django.template.loaders.app_directories.Loader",
                ]
            },
        }
    ],
)
django.setup()


def page(request: HttpRequest) -> HttpResponse:
    """A page of five permissions and of their content types."""
    from django.contrib.auth.models import Permission

    return render(request, "list.html", {"permissions": Permission.objects.order_by("pk")[:5]})


urlpatterns = [path("page/", page), path("__debug__/", include("debug_toolbar.urls"))]


def get(address: str) -> Any:
    """A response, by way of WSGI or ASGI."""
    if sys.argv[1] == "async":
        return async_to_sync(AsyncClient().get)(address)
    return Client().get(address)


def main() -> None:
    """Print what the toolbar shows of our panel."""
    call_command("migrate", verbosity=0)
    response = get("/page/")
    text = html.unescape(response.content.decode())
    found = re.search(r'data-(?:request|store)-id="(\w+)"', text)
    assert found is not None, text
    (line,) = re.findall(r"djust_backend\s*<br><small>(.*?)</small>", text)
    name = "store_id" if "data-store-id" in text else "request_id"
    panel = get(f"/__debug__/render_panel/?{name}={found[1]}&panel_id=JITPanel")
    sys.stdout.write(f"{line}\n{html.unescape(panel.json()['content'])}\n")


if __name__ == "__main__":
    main()
