"""Posts, their tags and what readers answer."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Tag(models.Model):
    """A subject of posts."""

    name = models.CharField(max_length=40, unique=True)
    slug = models.SlugField(max_length=40, unique=True)

    class Meta:
        """By name."""

        ordering = ["name"]

    def __str__(self) -> str:
        """Name the tag."""
        return self.name


class Post(models.Model):
    """Something published: a long article or a short note."""

    class Kind(models.TextChoices):
        """How a post is shown in a list."""

        ARTICLE = "article", _("Article")
        NOTE = "note", _("Note")

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts"
    )
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.NOTE)
    title = models.CharField(max_length=160)
    slug = models.SlugField(max_length=180, unique=True)
    body = models.TextField()
    tags = models.ManyToManyField(Tag, related_name="posts", blank=True)
    published_at = models.DateTimeField(db_index=True)

    class Meta:
        """Newest first."""

        ordering = ["-published_at", "-pk"]

    def __str__(self) -> str:
        """Name the post."""
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the post."""
        return reverse("blog:post_detail", args=[self.slug])

    @property
    def is_article(self) -> bool:
        """Tell whether the post is shown at length."""
        return self.kind == self.Kind.ARTICLE


class Comment(models.Model):
    """A reader's answer to a post."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comments"
    )
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        """Oldest first."""

        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        """Say who answered what."""
        return f"{self.author} on {self.post}"
