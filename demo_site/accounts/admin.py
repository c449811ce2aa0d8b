"""Admin of the profiles."""

from django.contrib import admin

from accounts.models import Profile


@admin.register(Profile)
class ProfileAdmin(admin.ModelAdmin):
    """Profiles with their user."""

    list_display = ["user", "headline", "city", "member_since"]
    list_filter = ["accent"]
    search_fields = ["user__first_name", "user__last_name", "headline"]
    autocomplete_fields = ["user"]
    date_hierarchy = "member_since"
