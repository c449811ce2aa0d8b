"""A plugin's model."""

from cms.models import CMSPlugin
from django.db import models


class Text(CMSPlugin):
    text = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.text
