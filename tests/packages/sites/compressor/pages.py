"""Blocks that are compressed while a page is rendered, and all of them beforehand from the
command line.
"""

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import override_settings
from django.urls import path


def page(request: HttpRequest, name: str) -> HttpResponse:
    return render(
        request,
        f"{name}.html",
        {"site": "A & B", "dark": "dark" in request.GET, "names": ["one", "two"]},
    )


def offline(client: Any) -> HttpResponse:
    """Compress beforehand; answer with the manifest, the files, and a page that uses them."""
    with override_settings(COMPRESS_OFFLINE=True):
        out = StringIO()
        call_command("compress", stdout=out, verbosity=0, force=True, extensions=["html"])
        folder = Path(settings.STATIC_ROOT) / "CACHE"
        files = {
            str(file.relative_to(folder)): file.read_text() for file in sorted(folder.rglob("*.*"))
        }
        # Threads put the entries in, in whatever order they are done.
        manifest = json.loads(files["manifest.json"])
        files["manifest.json"] = json.dumps(manifest, sort_keys=True)
        page = client.get("/child/?dark").content.decode()
    return HttpResponse(json.dumps([files, page], indent=1))


urlpatterns = [path("<slug:name>/", page)]

PAGES = [
    "/base/",
    "/child/",
    "/child/?dark",
    "/grandchild/",
    "/loop/",
    "/broken/",
    ("offline", offline),
    "/child/",
]
