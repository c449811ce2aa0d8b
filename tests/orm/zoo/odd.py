"""Models of every column type, and models that override how rows are made and read."""

from __future__ import annotations

from django.db import models
from django.db.models.query import ModelIterable
from django.db.models.query_utils import DeferredAttribute
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy


class Markup(models.TextField):
    """Text that is safe when it comes from the database."""

    def from_db_value(self, value, expression, connection):
        return None if value is None else mark_safe(value)


class Loud(models.CharField):
    """Reads louder than what the row holds, as fields with a descriptor of their own do."""

    class Attribute(DeferredAttribute):
        def __get__(self, instance, cls=None):
            found = super().__get__(instance, cls)
            return found if instance is None or found is None else f"{found}!"

    descriptor_class = Attribute


class Cooked(str):
    """Text that can be called."""

    def __call__(self):
        return f"cooked {self}"


class Recipe(models.TextField):
    """Gives something that a template calls."""

    def from_db_value(self, value, expression, connection):
        return None if value is None else Cooked(value)


class Status(models.TextChoices):
    DRAFT = "d", gettext_lazy("Yes")
    SHOWN = "s", gettext_lazy("No")


class Level(models.IntegerChoices):
    LOW = 1
    HIGH = 2


class Sample(models.Model):
    """A column of every type."""

    Status = Status
    status = models.CharField(max_length=1, choices=Status.choices, default=Status.DRAFT)
    level = models.IntegerField(choices=Level.choices, null=True)
    size = models.CharField(
        max_length=2, choices=[("few", [("s", "<Small>"), ("m", "Middle")]), ("l", "Large")]
    )
    flag = models.BooleanField(default=False)
    maybe = models.BooleanField(null=True)
    whole = models.BigIntegerField(default=0)
    part = models.FloatField(default=0)
    price = models.DecimalField(max_digits=9, decimal_places=2, default=0)
    day = models.DateField(null=True)
    at = models.DateTimeField(null=True)
    hour = models.TimeField(null=True)
    took = models.DurationField(null=True)
    key = models.UUIDField(null=True)
    raw = models.BinaryField(default=b"")
    address = models.GenericIPAddressField(null=True)
    data = models.JSONField(null=True)
    paper = models.FileField(upload_to="papers", null=True)
    markup = Markup(default="")
    text = models.TextField(default="")
    loud = Loud(max_length=20, default="x")
    recipe = Recipe(default="")
    renamed = models.CharField(max_length=20, db_column="other_name", default="")
    twice = models.GeneratedField(
        expression=models.F("whole") * 2, output_field=models.BigIntegerField(), db_persist=True
    )
    group = models.ForeignKey(
        "zoo.Category", models.CASCADE, null=True, db_column="grp", related_name="samples"
    )

    class Meta:
        ordering = ["pk"]

    def get_size_display(self):
        """As a site may word it itself."""
        return f"size {self.size}"

    @property
    def total(self):
        return self.whole + 1


class Label(models.Model):
    """Points to rows with a column of every type; some have it for themselves."""

    sample = models.ForeignKey(Sample, models.CASCADE, related_name="labels")
    own = models.OneToOneField(Sample, models.CASCADE, null=True, related_name="label")

    class Meta:
        ordering = ["-pk"]


class Clash(models.Model):
    """Columns named as methods of tuples, dictionaries and lists, and as what rows may carry."""

    items = models.CharField(max_length=20, default="i")
    keys = models.CharField(max_length=20, default="k")
    values = models.CharField(max_length=20, default="v")
    count = models.IntegerField(default=7)
    index = models.IntegerField(default=8)
    all = models.CharField(max_length=20, default="a")
    first = models.CharField(max_length=20, default="f")
    forloop = models.CharField(max_length=20, default="l")
    owner = models.ForeignKey("zoo.Author", models.CASCADE, null=True, related_name="clashes")

    class Meta:
        ordering = ["pk"]


class FromDb(models.Model):
    """Makes its instances in its own way."""

    name = models.CharField(max_length=20)
    author = models.ForeignKey("zoo.Author", models.CASCADE, null=True, related_name="from_dbs")

    class Meta:
        ordering = ["pk"]

    @classmethod
    def from_db(cls, *args, **kwargs):
        made = super().from_db(*args, **kwargs)
        made.name = f"<{made.name}>"
        made.loaded = True
        return made


class Started(models.Model):
    """Changes what it was given when it is made."""

    name = models.CharField(max_length=20)
    author = models.ForeignKey("zoo.Author", models.CASCADE, null=True, related_name="started")

    class Meta:
        ordering = ["pk"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.name = f"{self.name} started"


class Asked(models.Model):
    """Answers for attributes that it has not, and for some that it has."""

    name = models.CharField(max_length=20)
    author = models.ForeignKey("zoo.Author", models.CASCADE, null=True, related_name="asked")

    class Meta:
        ordering = ["pk"]

    def __getattr__(self, name):
        if name.startswith("any_"):
            return f"any {name}"
        raise AttributeError(name)


class Watched(models.Model):
    """Answers for all attributes, and with items before them."""

    name = models.CharField(max_length=20)
    author = models.ForeignKey("zoo.Author", models.CASCADE, null=True, related_name="watched")

    class Meta:
        ordering = ["pk"]

    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        return f"seen {found}" if name == "name" else found


class Indexed(models.Model):
    """Has items, which a template asks for before attributes."""

    name = models.CharField(max_length=20)
    author = models.ForeignKey("zoo.Author", models.CASCADE, null=True, related_name="indexed")

    class Meta:
        ordering = ["pk"]

    def __getitem__(self, key):
        if key == "name":
            return f"item {self.pk}"
        raise KeyError(key)


class Talking(models.Model):
    """Its text walks relations; so do its length and its truth."""

    name = models.CharField(max_length=20)
    author = models.ForeignKey("zoo.Author", models.CASCADE, null=True, related_name="talks")

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.name} of {self.author.name if self.author else 'nobody'}"

    def __len__(self):
        return len(self.name)

    def __bool__(self):
        return self.name != "t1"

    def label(self):
        return f"{self.author.country.name if self.author and self.author.country else '-'}"

    def wipe(self):
        self.delete()

    wipe.alters_data = True

    def secret(self):
        raise AssertionError("not to be called in templates")

    secret.do_not_call_in_templates = True

    def broken(self):
        raise ValueError(f"broken {self.name}")

    def absent(self):
        raise Talking.DoesNotExist("nothing there")

    def wants(self, argument):
        return argument


class Shouting(Talking):
    """The same rows, seen otherwise."""

    class Meta:
        proxy = True
        ordering = ["-pk"]

    def __str__(self):
        return self.name.upper()


class Kind(models.Model):
    """Rows of several classes in one table: the manager gives each its own."""

    class OfKind(models.QuerySet):
        def _clone(self):
            made = super()._clone()
            made._iterable_class = self._iterable_class
            return made

    class Iterable(ModelIterable):
        def __iter__(self):
            for row in super().__iter__():
                if row.kind == "x":
                    row.__class__ = ExtraKind
                yield row

    class Manager(models.Manager):
        def get_queryset(self):
            rows = Kind.OfKind(self.model, using=self._db)
            rows._iterable_class = Kind.Iterable
            return rows

    name = models.CharField(max_length=20)
    kind = models.CharField(max_length=1)
    author = models.ForeignKey("zoo.Author", models.CASCADE, null=True, related_name="kinds")
    objects = Manager()

    class Meta:
        ordering = ["pk"]

    @property
    def title(self):
        return f"plain {self.name}"


class ExtraKind(Kind):
    class Meta:
        proxy = True

    @property
    def title(self):
        return f"extra {self.author.name if self.author else '-'}"


class Shy(models.QuerySet):
    """Counts, finds and fetches in its own words."""

    def count(self):
        return 42

    def exists(self):
        return True

    def first(self):
        return "the first"

    def named(self):
        return self.exclude(name="")


class Quiet(models.Model):
    """Its manager comes from a QuerySet that answers for itself."""

    name = models.CharField(max_length=20)
    author = models.ForeignKey("zoo.Author", models.CASCADE, null=True, related_name="quiets")
    objects = Shy.as_manager()

    class Meta:
        ordering = ["pk"]


class Fetching(models.QuerySet):
    """Brings its rows in its own way."""

    def _fetch_all(self):
        super()._fetch_all()
        for row in self._result_cache:
            row.name = f"fetched {row.pk}"


class Iterating(models.QuerySet):
    """Gives its rows in its own way."""

    def __iter__(self):
        for row in super().__iter__():
            row.name = f"iterated {row.pk}"
            yield row


class Stepping(models.QuerySet):
    """Its iterator leaves rows out."""

    def iterator(self, chunk_size=None):
        yield from list(super().iterator(chunk_size))[1:]


class Brought(models.Model):
    """One table, read through QuerySets that override the protocol of fetching."""

    name = models.CharField(max_length=20)
    author = models.ForeignKey("zoo.Author", models.CASCADE, null=True, related_name="brought")
    objects = models.Manager()
    fetched = Fetching.as_manager()
    iterated = Iterating.as_manager()
    stepped = Stepping.as_manager()

    class Meta:
        ordering = ["pk"]


class Deed(models.Model):
    """Two ways to one table, one of them dangling; a key that is a word; a chain of one-to-ones."""

    name = models.CharField(max_length=20)
    by = models.ForeignKey(
        "zoo.Author", models.DO_NOTHING, db_constraint=False, to_field="id", related_name="deeds"
    )
    again = models.OneToOneField("self", models.SET_NULL, null=True, related_name="before")
    word = models.ForeignKey(
        "zoo.Language", models.DO_NOTHING, db_constraint=False, null=True, to_field="code",
        related_name="deeds",
    )  # fmt: skip

    class Meta:
        ordering = ["name", "pk"]
