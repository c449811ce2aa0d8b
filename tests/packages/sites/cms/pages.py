"""A page tree with placeholders, plugins, menus and sekizai blocks: seen by a guest, by an editor, and in the admin."""

from typing import Any

from cms.api import add_plugin, create_page
from cms.models import PageContent
from cms.toolbar.utils import get_object_edit_url, get_object_preview_url, get_object_structure_url
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.sites.models import Site
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.urls import include, path

LOGIN = True


def prepare() -> None:
    Site.objects.get_or_create(pk=1, defaults={"domain": "testserver", "name": "Tiny"})
    user = User.objects.create_superuser("admin", "a@example.org", "secret")
    home = create_page("Home & co", "page.html", "en", created_by=user, in_navigation=True)
    with transaction.atomic():
        home.set_as_homepage(user)
    for n in range(3):
        page = create_page(
            f"Page <{n}>", "two.html" if n else "page.html", "en", created_by=user, in_navigation=True, parent=home
        )
        content = page.get_content_obj("en")
        for slot in content.get_placeholders():
            add_plugin(slot, "TextPlugin", "en", text=f"Text & <{n}>")
            box = add_plugin(slot, "BoxPlugin", "en")
            add_plugin(slot, "TextPlugin", "en", target=box, text="inside")


def tags(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"{name}.html", {"names": ["one", "<two>"], "title": "A & B"})


def guest(address: str) -> Any:
    return f"guest {address}", lambda client: Client().get(address)


def content(kind: Any, number: int) -> Any:
    def step(client: Any) -> Any:
        return client.get(kind(PageContent.admin_manager.order_by("pk")[number], "en"))

    return f"{kind.__name__} {number}", step


urlpatterns = [
    path("tags/<slug:name>/", tags),
    *i18n_patterns(path("admin/", admin.site.urls), path("", include("cms.urls"))),
]

PAGES = [
    guest("/en/"), guest("/en/page-0/"), guest("/en/page-1/"), guest("/en/page-2/"), guest("/en/nowhere/"), guest("/de/"),
    "/en/", "/en/page-1/", "/tags/sekizai/", "/tags/child/", "/tags/classy/", "/tags/broken/",
    content(get_object_edit_url, 0), content(get_object_edit_url, 2), content(get_object_structure_url, 2),
    content(get_object_preview_url, 1), "/en/admin/", "/en/admin/cms/pagecontent/", "/en/admin/cms/pagecontent/add/",
    "/en/admin/cms/pagecontent/2/change/", "/en/admin/cms/page/2/advanced-settings/", "/en/admin/cms/cms_wizard/create/?page=1",
]  # fmt: skip
