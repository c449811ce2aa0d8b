"""Pages about people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.models import Profile


def profile_detail(request: HttpRequest, username: str) -> HttpResponse:
    """Show one person and everything they have published."""
    profile = get_object_or_404(Profile.objects.select_related("user"), user__username=username)
    return render(request, "accounts/profile_detail.html", {"profile": profile})
