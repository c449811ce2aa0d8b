"""Schemas as sites have them: keys, inheritance, managers and fields of every kind."""

from __future__ import annotations

import math
import sys
from pathlib import PurePosixPath

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import InMemoryStorage
from django.db import connection, models
from django.db.models.fields.files import FieldFile
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.functions import Lower
from django.db.models.query_utils import DeferredAttribute

# Keys


#: The largest number of a column: MariaDB knows no infinity.
LARGEST = sys.float_info.max if connection.vendor == "mysql" else math.inf


class Firm(models.Model):
    """Known by a UUID, which generic keys spell as text."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=20)
    marks = GenericRelation("zoo.Mark", content_type_field="kind", related_query_name="firms")
    heir = models.ForeignKey("self", models.SET_NULL, null=True, related_name="bequeathers")

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name


class Site(models.Model):
    """Known by a word; on SQLite and MariaDB words that differ in case only are one."""

    word = models.CharField(
        max_length=20,
        primary_key=True,
        db_collation="NOCASE" if connection.vendor == "sqlite" else None,
    )
    firm = models.ForeignKey(Firm, models.CASCADE, related_name="sites")

    class Meta:
        ordering = ["word"]


class Desk(models.Model):
    """Points to words, perhaps in another spelling."""

    site = models.ForeignKey(
        Site, models.DO_NOTHING, db_constraint=False, related_name="desks", null=True
    )
    number = models.DecimalField(max_digits=5, decimal_places=1, unique=True)

    class Meta:
        ordering = ["-number"]


class Badge(models.Model):
    """Its key is that of its desk, which is found by a number with a fraction."""

    desk = models.OneToOneField(Desk, models.CASCADE, primary_key=True, to_field="number")
    colour = models.CharField(max_length=20, null=True)

    class Meta:
        ordering = ["pk"]


class Scratch(models.Model):
    """Points to a row whose key points to a row."""

    badge = models.ForeignKey(Badge, models.CASCADE, related_name="scratches")
    depth = models.FloatField(default=LARGEST)

    class Meta:
        ordering = ["depth", "pk"]


class Mark(models.Model):
    """Points to anything, by a text, as its proxy or itself."""

    kind = models.ForeignKey(ContentType, models.CASCADE, null=True)
    object_id = models.CharField(max_length=40, null=True)
    on = GenericForeignKey("kind", "object_id", for_concrete_model=False)
    level = models.SmallIntegerField(null=True)

    class Meta:
        ordering = [models.F("level").desc(nulls_last=True), "pk"]


class Lost(models.Model):
    """Its generic relations name columns that are not there; Django says so on a walk."""

    name = models.CharField(max_length=20, default="l")
    kind = models.ForeignKey(ContentType, models.CASCADE, null=True)
    marks = GenericRelation(Mark)
    target = GenericForeignKey("kind", "nothing")

    class Meta:
        ordering = ["pk"]


# Inheritance


class Dated(models.Model):
    """Abstract; gives each child a relation with a name of its own."""

    firm = models.ForeignKey(Firm, models.CASCADE, related_name="%(class)s_rows", null=True)
    made = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ["made", "pk"]
        get_latest_by = "made"

    def age(self):
        return None if self.made is None else self.made.year


class Named(models.Model):
    """Abstract as well."""

    name = models.CharField(max_length=20, default="n")

    class Meta:
        abstract = True

    def __str__(self):
        return f"{type(self).__name__} {self.name}"


class Asset(Dated, Named):
    """The top of two lines that meet again below; rows come as what they are."""

    class Query(models.QuerySet):
        """Gives each row its own class, as polymorphic packages do."""

        class Rows(models.query.ModelIterable):
            def __iter__(self):
                rows = list(super().__iter__())
                for child in (Ship, House):
                    own = {one.pk: one for one in child.objects.filter(pk__in=[r.pk for r in rows])}
                    rows = [own.get(row.pk, row) for row in rows]
                yield from rows

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self._iterable_class = self.Rows

    marks = GenericRelation(Mark, content_type_field="kind")
    objects = models.Manager()
    real = Query.as_manager()

    class Meta(Dated.Meta):
        ordering = ["pk"]
        base_manager_name = "objects"
        default_manager_name = "real"


class Ship(Asset):
    """One line."""

    asset_ptr = models.OneToOneField(
        Asset, models.CASCADE, parent_link=True, primary_key=True, related_name="as_ship"
    )
    port = models.ForeignKey(Site, models.SET_NULL, null=True, related_name="ships")
    objects = models.Manager()

    class Meta:
        ordering = ["port", "pk"]
        base_manager_name = "objects"
        default_manager_name = "objects"


class House(Asset):
    """The other line, whose link is its second column."""

    house_id = models.BigAutoField(primary_key=True)
    asset_ptr = models.OneToOneField(Asset, models.CASCADE, parent_link=True)
    on = models.ForeignKey(Site, models.SET_NULL, null=True, related_name="houses")
    objects = models.Manager()

    class Meta:
        ordering = ["-house_id"]
        base_manager_name = "objects"
        default_manager_name = "objects"


class OldShip(Ship):
    """A proxy of a child, with a name for every case."""

    class Meta:
        proxy = True
        ordering = ["-pk"]

    @property
    def name_of_port(self):
        return self.port.firm.name if self.port else "sea"


class Crew(models.Model):
    """Points to the top, to a child, and to a proxy of the child; and to its own kind."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="crews", null=True)
    ship = models.ForeignKey(Ship, models.CASCADE, related_name="crews", null=True)
    old = models.ForeignKey(OldShip, models.CASCADE, related_name="old_crews", null=True)
    name = models.CharField(max_length=20, default="c")
    likes = models.ManyToManyField(
        "self",
        through="zoo.Liking",
        through_fields=("who", "whom"),
        symmetrical=False,
        related_name="liked_by",
    )

    class Meta:
        ordering = ["pk"]


class Liking(models.Model):
    """Between two of one kind, with a third who told; rows may tie in its order."""

    who = models.ForeignKey(Crew, models.CASCADE, related_name="likings")
    whom = models.ForeignKey(Crew, models.CASCADE, related_name="+")
    teller = models.ForeignKey(Crew, models.CASCADE, null=True, related_name="told")
    much = models.IntegerField(default=1)

    class Meta:
        ordering = ["much"]
        default_related_name = "liking_rows"


# Managers


class Living(models.QuerySet):
    """Leaves out what is marked as deleted, and deletes by marking."""

    def delete(self):
        return self.update(deleted=True)

    def alive(self):
        return self.filter(deleted=False)


class SoftManager(models.Manager.from_queryset(Living)):
    use_in_migrations = True

    def get_queryset(self):
        return super().get_queryset().alive()


class Soft(models.Model):
    """Deleted softly: the default manager hides what foreign keys still show."""

    name = models.CharField(max_length=20, default="s")
    deleted = models.BooleanField(default=False)
    firm = models.ForeignKey(Firm, models.CASCADE, related_name="softs", null=True)
    peers = models.ManyToManyField("self", blank=True)
    objects = SoftManager()
    everything = models.Manager()

    class Meta:
        ordering = [Lower("name"), "pk"]

    def __str__(self):
        return f"{self.name}{'!' if self.deleted else ''}"


class SoftPart(models.Model):
    """Belongs to rows that may be hidden; placed among its siblings."""

    soft = models.ForeignKey(Soft, models.CASCADE, related_name="parts")
    deleted = models.BooleanField(default=False)
    objects = SoftManager()
    everything = models.Manager()

    class Meta:
        order_with_respect_to = "soft"


# Fields


class Cash:
    """An amount of money, which is neither text nor number."""

    def __init__(self, amount):
        self.amount = amount

    def __str__(self):
        return f"${self.amount}"

    def __eq__(self, other):
        return isinstance(other, Cash) and self.amount == other.amount

    def __hash__(self):
        return hash(self.amount)


class CashField(models.DecimalField):
    """Gives `Cash` by a descriptor that knows no deferred loading, as money fields do."""

    class Attribute:
        def __init__(self, field):
            self.field = field

        def __get__(self, instance, cls=None):
            return self if instance is None else Cash(instance.__dict__[self.field.name])

        def __set__(self, instance, value):
            instance.__dict__[self.field.name] = getattr(value, "amount", value)

    def contribute_to_class(self, cls, name, private_only=False):
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.name, self.Attribute(self))

    def get_prep_value(self, value):
        return super().get_prep_value(getattr(value, "amount", value))


class PathField(models.CharField):
    """Gives a path when it comes from the database, and what it was given before."""

    def from_db_value(self, value, expression, connection):
        return None if value is None else PurePosixPath(value)

    def get_prep_value(self, value):
        return None if value is None else str(value)


class Picture(FieldFile):
    """Has an address of its own, and a thumbnail."""

    @property
    def url(self):
        return f"/pictures/{self.name}?owner={self.instance.pk}"

    @property
    def thumbnail(self):
        return f"{self.name}.small"


class PictureField(models.FileField):
    attr_class = Picture


class Lazily(ForwardManyToOneDescriptor):
    """Follows a key in its own way."""

    def __get__(self, instance, cls=None):
        found = super().__get__(instance, cls)
        return found if instance is not None and found is not None and found.name != "f0" else None


class LazyKey(models.ForeignKey):
    """A foreign key with a descriptor of its own."""

    forward_related_accessor_class = Lazily


class Upper(models.CharField):
    """A descriptor of its own for reading only."""

    class Attribute(DeferredAttribute):
        def __get__(self, instance, cls=None):
            found = super().__get__(instance, cls)
            return found if instance is None else str(found).upper()

    descriptor_class = Attribute


class Odds(models.Model):
    """A column of each of these fields, and extremes of Django's own."""

    cash = CashField(max_digits=9, decimal_places=2, default=0)
    path = PathField(max_length=40, null=True)
    picture = PictureField(upload_to="x", null=True, storage=InMemoryStorage())
    firm = LazyKey(Firm, models.CASCADE, null=True, related_name="odds")
    upper = Upper(max_length=20, default="u")
    big = models.BigIntegerField(default=0)
    rough = models.FloatField(null=True)
    exact = models.DecimalField(max_digits=30, decimal_places=15, null=True)
    whole = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    moment = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    took = models.DurationField(null=True)
    raw = models.BinaryField(null=True)
    data = models.JSONField(default=dict)
    slug = models.SlugField(default="s")

    class Meta:
        ordering = ["pk"]

    def __getattr__(self, name):
        """Asks the firm for what the row has not."""
        if name.startswith("_") or name not in ("word", "heir", "sites"):
            raise AttributeError(name)
        return getattr(self.firm, name)


class Basket(models.Model):
    """Ordered by the order of what it points to."""

    soft = models.ForeignKey(Soft, models.CASCADE, related_name="baskets")
    ship = models.ForeignKey(Ship, models.CASCADE, null=True, related_name="baskets")
    odds = models.ManyToManyField(Odds, related_name="baskets")
    softs = models.ManyToManyField(Soft, related_name="basket_set", related_query_name="basketed")

    class Meta:
        ordering = ["soft", "ship__port", "pk"]
