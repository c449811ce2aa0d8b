"""The shop in Django's admin: a change list as many sites have one."""

from __future__ import annotations

from django.contrib import admin

from tests.benchmarks.engine.shop.models import Customer, Order


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    """Default admin, so that the order's customer can be linked."""


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """Six columns, a filter, a search field, a hundred rows a page."""

    list_display = ["number", "customer", "state", "placed", "total", "is_gift"]
    list_filter = ["state", "is_gift"]
    search_fields = ["number"]
    list_select_related = ["customer"]
    list_per_page = 100
    ordering = ["number"]
