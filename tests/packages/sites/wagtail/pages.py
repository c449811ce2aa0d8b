"""A page tree with rich text, streams and menus, and the pages of the editor's interface."""

from datetime import date, datetime, timezone
from typing import Any

from django.contrib.auth.models import User
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as admin_urls
from wagtail.documents import urls as document_urls
from wagtail.models import Collection, Locale, Page, Site

from .models import Article, Home, Note

LOGIN = True
FIRST = datetime(2024, 1, 1, tzinfo=timezone.utc)


def prepare() -> None:
    Locale.objects.create(language_code="en")
    Collection.add_root(name="Root")
    root = Page.add_root(title="Root", slug="root")
    home = Home(title="Home & garden", slug="start", intro='<p>Intro <b>bold</b> <a linktype="page" id="3">link</a></p>')
    root.add_child(instance=home)
    Site.objects.create(hostname="testserver", root_page=home, is_default_site=True, site_name="Tiny & small")
    for n in range(4):
        body: list[Any] = [
            ("heading", f"Heading <{n}>"),
            ("paragraph", f"<p>Text {n} &amp; <i>more</i></p>"),
            ("quote", {"text": f"Q & {n}", "author": "" if n % 2 else "<A>"}),
            ("list", ["one", "<two>"]),
        ]
        article = Article(title=f"Article {n} <x>", slug=f"a{n}", date=date(2024, 1, 1 + n), body=body[: n + 1], show_in_menus=n != 1)
        home.add_child(instance=article)
        article.save_revision().publish()
    Page.objects.update(first_published_at=FIRST, last_published_at=FIRST, latest_revision_created_at=FIRST)
    Note.objects.create(text="Note & note")
    User.objects.create_superuser("admin", "a@example.org", "secret")


def preview(client: Any) -> Any:
    """Save a page that has an error."""
    return client.post("/admin/pages/3/edit/", {"title": "", "slug": "a0", "date": "no", "body-count": "0"})


urlpatterns = [
    path("admin/", include(admin_urls)),
    path("documents/", include(document_urls)),
    path("", include(wagtail_urls)),
]

PAGES = [
    "/", "/a0/", "/a1/", "/a2/", "/a3/", "/nowhere/", "/admin/", "/admin/pages/", "/admin/pages/2/", "/admin/pages/3/edit/",
    "/admin/pages/6/edit/", "/admin/pages/add/home/article/2/", "/admin/pages/2/add_subpage/", "/admin/pages/3/delete/",
    "/admin/pages/3/history/", "/admin/pages/3/copy/", 
    "/admin/snippets/", "/admin/snippets/home/note/", "/admin/snippets/home/note/add/", "/admin/images/",
    "/admin/images/add/", "/admin/documents/", "/admin/users/", "/admin/users/new/", "/admin/groups/", "/admin/sites/",
    "/admin/redirects/", "/admin/account/", "/admin/collections/", "/admin/workflows/list/",
    "/admin/choose-page/", "/admin/choose-page/2/", ("error", preview),
]  # fmt: skip
