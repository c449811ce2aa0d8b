"""The admin in another theme, with import and export, object permissions, tags, thumbnails and highlighting."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from guardian.admin import GuardedModelAdminMixin
from import_export.admin import ImportExportModelAdmin
from sites.shelf.data import fill
from sites.shelf.models import Author, Book
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.import_export.forms import ExportForm, ImportForm

LOGIN = True


class Inline(TabularInline):
    model = Book
    extra = 1


class Authors(GuardedModelAdminMixin, ModelAdmin):
    inlines = [Inline]
    search_fields = ["name"]


class Books(ModelAdmin, ImportExportModelAdmin):
    import_form_class = ImportForm
    export_form_class = ExportForm
    list_display = ["title", "author", "kind", "price", "published", "in_print"]
    list_filter = ["kind", "in_print", "author"]
    list_editable = ["price"]
    date_hierarchy = "published"
    search_fields = ["title"]
    autocomplete_fields = ["author"]


class PlainBooks(ImportExportModelAdmin):
    list_display = ["title", "author"]


site = admin.AdminSite(name="plain")
site.register(Book, PlainBooks)
site.register(User, UserAdmin)
admin.site.register(Author, Authors)
admin.site.register(Book, Books)


def prepare() -> None:
    fill()
    User.objects.create_superuser("admin", "a@example.org", "secret")


def page(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"{name}.html", {"book": Book.objects.first(), "user": request.user, "tags": ["a"]})


urlpatterns = [
    path("admin/", admin.site.urls),
    path("plain/", site.urls),
    path("hijack/", include("hijack.urls")),
    path("<slug:name>/", page),
]

PAGES = [
    "/admin/", "/admin/shelf/book/", "/admin/shelf/book/?kind__exact=n&q=1&p=1", "/admin/shelf/book/1/change/",
    "/admin/shelf/book/add/", "/admin/shelf/book/1/delete/", "/admin/shelf/book/1/history/", "/admin/shelf/book/import/",
    "/admin/shelf/book/export/", "/admin/shelf/author/1/change/", "/admin/shelf/author/1/permissions/", "/admin/login/",
    "/plain/", "/plain/shelf/book/", "/plain/shelf/book/import/", "/plain/shelf/book/export/", "/plain/auth/user/1/change/",
    "/tags/",
]  # fmt: skip
