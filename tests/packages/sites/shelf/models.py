"""Authors and their books."""

from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=50)
    born = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Book(models.Model):
    class Kind(models.TextChoices):
        NOVEL = "n", "Novel"
        POEM = "p", "Poem & song"

    title = models.CharField(max_length=80)
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    kind = models.CharField(max_length=1, choices=Kind, default=Kind.NOVEL)
    price = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    published = models.DateTimeField(null=True, blank=True)
    in_print = models.BooleanField(default=True)
    notes = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.title} by {self.author}"

    def get_absolute_url(self) -> str:
        return f"/books/{self.pk}/"
