"""One schema with every kind of relation that behaves in its own way."""

from __future__ import annotations

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models

from . import odd, wild  # noqa: F401 - their models are part of the schema

if connection.vendor == "postgresql":
    from . import postgres  # noqa: F401


class Shown(models.Manager):
    """Hides rows that are marked."""

    def get_queryset(self):
        return super().get_queryset().filter(hidden=False)


class Country(models.Model):
    name = models.CharField(max_length=20)


class Author(models.Model):
    name = models.CharField(max_length=20)
    country = models.ForeignKey(Country, models.CASCADE, null=True)
    mentor = models.ForeignKey("self", models.CASCADE, null=True, related_name="pupils")

    class Meta:
        ordering = ["pk"]

    @property
    def label(self):
        return f"{self.name}!"


class PenName(Author):
    """The same rows under another class."""

    class Meta:
        proxy = True
        ordering = ["pk"]


class Profile(models.Model):
    author = models.OneToOneField(
        Author, models.CASCADE, related_name="profile", related_query_name="prof"
    )
    bio = models.CharField(max_length=20)
    home = models.ForeignKey(Country, models.CASCADE, null=True)


class Secret(models.Model):
    """Its base manager hides rows from foreign keys."""

    name = models.CharField(max_length=20)
    hidden = models.BooleanField(default=False)
    objects = Shown()
    everything = models.Manager()

    class Meta:
        base_manager_name = "objects"


class Language(models.Model):
    code = models.CharField(max_length=5, unique=True)
    country = models.ForeignKey(Country, models.CASCADE, null=True)


class Category(models.Model):
    name = models.CharField(max_length=20)


class Tag(models.Model):
    name = models.CharField(max_length=20)
    category = models.ForeignKey(Category, models.CASCADE, null=True)

    class Meta:
        ordering = ["pk"]


class Comment(models.Model):
    text = models.CharField(max_length=20)
    writer = models.ForeignKey(Author, models.CASCADE, null=True)
    kind = models.ForeignKey(ContentType, models.CASCADE, null=True)
    key = models.CharField(max_length=20, null=True)
    target = GenericForeignKey("kind", "key")

    class Meta:
        ordering = ["pk"]


class Book(models.Model):
    title = models.CharField(max_length=20)
    author = models.ForeignKey(Author, models.CASCADE)
    editor = models.ForeignKey(Author, models.CASCADE, null=True, related_name="edited")
    publisher = models.ForeignKey(Country, models.DO_NOTHING, db_constraint=False, related_name="+")
    sponsor = models.ForeignKey(
        Country, models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    vault = models.ForeignKey(Secret, models.CASCADE, related_name="+")
    drawer = models.ForeignKey(Secret, models.CASCADE, null=True, related_name="+")
    language = models.ForeignKey(Language, models.CASCADE, null=True, to_field="code")
    tags = models.ManyToManyField(Tag, related_query_name="tagged")
    comments = GenericRelation(Comment, object_id_field="key", content_type_field="kind")

    def byline(self):
        """Walks what is always there, then what may not be."""
        country = self.author.country
        return f"{self.author.name} ({country.name if country else '-'})"

    @property
    def credits(self):
        """Walks one relation or another."""
        if self.editor is not None and self.title != "b0":
            return self.editor.mentor.name if self.editor.mentor else self.editor.name
        return self.author.label

    def places(self):
        """Walks relations whose rows may be missing or hidden."""
        found = []
        for name in ("publisher", "sponsor", "vault", "drawer"):
            try:
                found.append(getattr(self, name, "no attribute"))
            except (Country.DoesNotExist, Secret.DoesNotExist) as miss:
                found.append(type(miss).__qualname__)
        return [getattr(one, "name", one) for one in found]

    def subjects(self):
        """Loops over rows and walks on from each."""
        tags = self.tags.all()
        names = [f"{tag.name}{tag.category.name if tag.category else ''}" for tag in tags]
        return ", ".join(sorted(names))

    def parts(self):
        """Counts, asks, and loops only sometimes."""
        if not self.chapters.exists():
            return self.tags.count()
        return [chapter.translator.name for chapter in self.chapters.all() if chapter.translator]

    def remarks(self):
        """Walks generic relations."""
        return [f"{one.text}{getattr(one.target, 'title', '')}" for one in self.comments.all()]

    def tongue(self):
        """Walks a key that is no number, and sets a relation."""
        spoken = self.language.country if self.language else None
        self.language = None
        return spoken.name if spoken else ""


class Chapter(models.Model):
    book = models.ForeignKey(
        Book, models.CASCADE, related_name="chapters", related_query_name="chap"
    )
    number = models.IntegerField()
    translator = models.ForeignKey(Author, models.CASCADE, null=True)

    class Meta:
        ordering = ["number", "pk"]
        unique_together = [("book", "number")]


class Review(models.Model):
    """Without related names, and with a default manager that hides rows."""

    book = models.ForeignKey(Book, models.CASCADE)
    reader = models.ForeignKey(Author, models.CASCADE)
    hidden = models.BooleanField(default=False)
    objects = Shown()

    class Meta:
        ordering = ["pk"]


class Club(models.Model):
    name = models.CharField(max_length=20)
    members = models.ManyToManyField(Author, through="Membership")


class Membership(models.Model):
    club = models.ForeignKey(Club, models.CASCADE)
    author = models.ForeignKey(Author, models.CASCADE)
    since = models.IntegerField(default=0)


class Place(models.Model):
    name = models.CharField(max_length=20)
    country = models.ForeignKey(Country, models.CASCADE)


class Restaurant(Place):
    chef = models.ForeignKey(Author, models.CASCADE, null=True)


class Node(models.Model):
    name = models.CharField(max_length=20)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")

    class Meta:
        ordering = ["pk"]


class Gadget(models.Model):
    """Its default manager brings prefetches of its own."""

    class Prefetching(models.Manager):
        def get_queryset(self):
            return super().get_queryset().prefetch_related("parts")

    shelf = models.ForeignKey("Shelf", models.CASCADE, related_name="gadgets")
    objects = Prefetching()

    class Meta:
        ordering = ["pk"]


class Part(models.Model):
    gadget = models.ForeignKey(Gadget, models.CASCADE, related_name="parts")

    class Meta:
        ordering = ["pk"]


class Shelf(models.Model):
    name = models.CharField(max_length=20)


class Ranked(models.Model):
    """Its default manager numbers rows among those of the query."""

    class Numbering(models.Manager):
        def get_queryset(self):
            window = models.Window(models.functions.RowNumber(), order_by=models.F("pk").asc())
            return super().get_queryset().annotate(rank=window)

    shelf = models.ForeignKey(Shelf, models.CASCADE, related_name="ranked")
    objects = Numbering()

    class Meta:
        ordering = ["pk"]


class Seat(models.Model):
    """A composite primary key."""

    pk = models.CompositePrimaryKey("row", "number")
    row = models.IntegerField()
    number = models.IntegerField()
    guest = models.ForeignKey(Author, models.CASCADE, related_name="seats")


class Dish(models.Model):
    """Points to a multi-table parent; in a total order among the dishes of one place only."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="dishes")
    name = models.CharField(max_length=20)

    class Meta:
        ordering = ["-name"]
        unique_together = [("place", "name")]


class MemberQuerySet(models.QuerySet):
    """Methods of the site's own beside Django's."""

    def grown_up(self):
        return self.filter(age__gte=18)


class Member(models.Model):
    """Related to its own kind in both ways."""

    age = models.IntegerField(default=20)
    friends = models.ManyToManyField("self")
    follows = models.ManyToManyField("self", symmetrical=False, related_name="followers")
    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["-age", "pk"]


class Bistro(Restaurant):
    """A child table of a child table, whose link has a name of its own."""

    house = models.OneToOneField(
        Restaurant, models.CASCADE, parent_link=True, primary_key=True, related_name="as_bistro"
    )
    menu = models.CharField(max_length=20)
