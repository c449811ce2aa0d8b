"""Every kind of page of the admin: lists, forms with inlines, deletions, histories, errors, users."""

import uuid
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.urls import include, path
from django.utils.html import format_html

from .models import Animal, Feeding, House, Keeper, Tag, Visit

LOGIN = True
FIRST = datetime(2024, 1, 1, 8, 30, tzinfo=timezone.utc)


class Feedings(admin.TabularInline):
    model = Feeding
    extra = 2


class Visits(admin.StackedInline):
    model = Visit
    extra = 1
    classes = ["collapse"]
    show_change_link = True


@admin.register(Animal)
class Animals(admin.ModelAdmin):
    list_display = [
        "name", "house", "keeper", "diet", "born", "arrived", "weight", "is_tame", "link", "age",
    ]  # fmt: skip
    list_filter = ["diet", "is_tame", "house", ("keeper", admin.RelatedOnlyFieldListFilter), "born"]
    list_select_related = ["house", "keeper"]
    search_fields = ["name", "house__name"]
    date_hierarchy = "arrived"
    actions_on_bottom = True
    inlines = [Feedings, Visits]
    autocomplete_fields = ["keeper"]
    raw_id_fields = ["mother"]
    filter_horizontal = ["tags"]
    readonly_fields = ["link", "age"]
    radio_fields = {"diet": admin.HORIZONTAL}
    fieldsets = [
        (None, {"fields": ["name", ("house", "keeper"), "mother", "tags"]}),
        (
            "Body & soul",
            {
                "fields": ["diet", "born", "arrived", "weight", "is_tame", "link", "age"],
                "description": "What the <i>doctor</i> knows.",
            },
        ),
        (
            "More",
            {"classes": ["collapse"], "fields": ["homepage", "code", "facts", "sleeps", "notes"]},
        ),
    ]

    @admin.display(description="Home page", ordering="homepage")
    def link(self, animal: Animal) -> str:
        return format_html('<a href="{}">{}</a>', animal.homepage, animal.name)

    @admin.display(empty_value="unknown")
    def age(self, animal: Animal) -> int | None:
        return 2026 - animal.born.year if animal.born else None


@admin.register(House)
class Houses(admin.ModelAdmin):
    list_display = ["name", "climate", "opens", "area"]
    list_editable = ["climate", "area"]
    prepopulated_fields = {"slug": ["name"]}
    filter_vertical = ["keepers"]
    save_as = True


@admin.register(Keeper)
class Keepers(admin.ModelAdmin):
    search_fields = ["name"]
    list_display = ["name", "email", "hired", "is_head"]
    list_display_links = ["email"]


admin.site.register(Tag)
admin.site.register(Feeding)


def prepare() -> None:
    keepers = [
        Keeper.objects.create(name=f"Keeper {n} <k>", email=f"k{n}@example.org", is_head=not n)
        for n in range(6)
    ]
    houses = [
        House.objects.create(
            name=f"House & {n}",
            slug=f"house-{n}",
            climate="tdp"[n % 3],
            opens=time(8 + n),
            area=n * 10.5,
        )
        for n in range(8)
    ]
    for house in houses:
        house.keepers.set(keepers[:3])
    tags = [Tag.objects.create(text=f"tag <{n}>") for n in range(20)]
    for n in range(120):
        animal = Animal.objects.create(
            name=f"Animal {n} & <co>",
            house=houses[n % 8],
            keeper=keepers[n % 6] if n % 5 else None,
            diet=n % 3 + 1,
            born=date(2000 + n % 25, 1 + n % 12, 1 + n % 28) if n % 4 else None,
            arrived=FIRST + timedelta(days=n * 5),
            weight=Decimal(n * 1000) / 7 if n % 6 else None,
            is_tame=(True, False, None)[n % 3],
            homepage=f"https://example.org/{n}?a=1&b=2",
            code=uuid.UUID(int=n),
            facts={"legs": 4, "n": n},
            sleeps=timedelta(hours=n % 12),
            notes="one\ntwo <three>" * (n % 2),
        )
        animal.tags.set(tags[n % 10 : n % 10 + 5])
    first = Animal.objects.get(pk=1)
    for n in range(5):
        Feeding.objects.create(
            animal=first, at=FIRST + timedelta(hours=n), amount=n + 1, remark=f"<{n}>"
        )
        Visit.objects.create(animal=first, day=date(2025, 1, 1 + n), diagnosis=f"Diagnosis & {n}")
    group = Group.objects.create(name="Guards & guides")
    group.permissions.set(Permission.objects.all()[:6])
    user = User.objects.create_superuser("admin", "a@example.org", "secret")
    kind = ContentType.objects.get_for_model(Animal)
    for _ in range(10):
        LogEntry.objects.create(
            user=user, content_type=kind, object_id="1", object_repr=str(first), action_flag=CHANGE,
            change_message='[{"changed": {"fields": ["given name"]}}]', action_time=FIRST,
        )  # fmt: skip


def wrong(client: Any) -> Any:
    return client.post("/admin/zoo/keeper/add/", {"name": "", "email": "no", "hired_0": "x"})


def deletion(client: Any) -> Any:
    picked = {"action": "delete_selected", "_selected_action": ["1", "2", "3"]}
    return client.post("/admin/zoo/animal/", picked)


urlpatterns = [
    path("admin/doc/", include("django.contrib.admindocs.urls")),
    path("admin/", admin.site.urls),
]

PAGES = [
    "/admin/",
    "/admin/zoo/",
    "/admin/zoo/animal/",
    "/admin/zoo/animal/?q=1&diet__exact=2",
    "/admin/zoo/animal/?o=2.-5&p=2",
    "/admin/zoo/animal/?arrived__year=2024",
    "/admin/zoo/animal/1/change/",
    "/admin/zoo/animal/1/history/",
    "/admin/zoo/animal/1/delete/",
    "/admin/zoo/animal/add/",
    "/admin/zoo/house/",
    "/admin/zoo/house/1/change/",
    "/admin/zoo/keeper/",
    "/admin/zoo/keeper/1/change/?_popup=1",
    "/admin/zoo/tag/",
    "/admin/zoo/feeding/add/",
    "/admin/auth/user/",
    "/admin/auth/user/1/change/",
    "/admin/auth/user/add/",
    "/admin/auth/user/1/password/",
    "/admin/auth/group/1/change/",
    "/admin/password_change/",
    "/admin/doc/",
    "/admin/login/",
    ("wrong", wrong),
    ("deletion", deletion),
]
