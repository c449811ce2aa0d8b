"""The public side of a user."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Profile(models.Model):
    """What a user tells about themselves."""

    class Accent(models.TextChoices):
        """Colour of the avatar."""

        SEA = "sea", _("Sea")
        MOSS = "moss", _("Moss")
        PLUM = "plum", _("Plum")
        SAND = "sand", _("Sand")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )
    headline = models.CharField(max_length=120)
    bio = models.TextField(blank=True)
    city = models.CharField(max_length=80, blank=True)
    website = models.URLField(blank=True)
    accent = models.CharField(max_length=8, choices=Accent, default=Accent.SEA)
    member_since = models.DateField()

    class Meta:
        """Newest members first."""

        ordering = ["-member_since", "pk"]

    def __str__(self) -> str:
        """Name the profile after its user."""
        return str(self.user)
