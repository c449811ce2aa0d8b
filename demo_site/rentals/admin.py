"""Admin of the letting agency."""

from django.contrib import admin

from rentals.models import Lease, MaintenanceRequest, Property, Tenant


class LeaseInline(admin.TabularInline):
    """Leases below their property."""

    model = Lease
    extra = 0
    fields = ["tenant", "status", "monthly_rent", "start_date", "end_date"]
    autocomplete_fields = ["tenant"]


@admin.register(Property)
class PropertyAdmin(admin.ModelAdmin):
    """Properties with their leases."""

    list_display = ["name", "kind", "city", "monthly_rent", "manager", "listed_on"]
    list_filter = ["kind", "city"]
    search_fields = ["name", "street", "city", "postal_code"]
    autocomplete_fields = ["manager"]
    date_hierarchy = "listed_on"
    inlines = [LeaseInline]


@admin.register(Tenant)
class TenantAdmin(admin.ModelAdmin):
    """Tenants with their user."""

    list_display = ["__str__", "phone", "employer"]
    search_fields = ["user__first_name", "user__last_name", "phone"]
    autocomplete_fields = ["user"]


@admin.register(MaintenanceRequest)
class MaintenanceRequestAdmin(admin.ModelAdmin):
    """Repairs, the urgent ones easy to find."""

    list_display = ["title", "property", "tenant", "priority", "status", "created_at"]
    list_filter = ["status", "priority"]
    list_editable = ["status"]
    search_fields = ["title", "property__name"]
    autocomplete_fields = ["property", "tenant"]
    date_hierarchy = "created_at"


@admin.register(Lease)
class LeaseAdmin(admin.ModelAdmin):
    """Leases by the day they end."""

    list_display = ["property", "tenant", "status", "monthly_rent", "start_date", "end_date"]
    list_filter = ["status"]
    search_fields = ["property__name", "tenant__user__last_name"]
    autocomplete_fields = ["property", "tenant"]
    date_hierarchy = "end_date"
