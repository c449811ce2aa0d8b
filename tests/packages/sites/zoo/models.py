"""A model for each kind of field and relation that the admin shows in a way of its own."""

from django.db import models


class Keeper(models.Model):
    name = models.CharField(max_length=50)
    email = models.EmailField(blank=True)
    hired = models.DateField(null=True, blank=True)
    is_head = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class House(models.Model):
    class Climate(models.TextChoices):
        TROPICAL = "t", "Tropical & wet"
        DESERT = "d", "Desert"
        POLAR = "p", "<Polar>"

    name = models.CharField(max_length=50, unique=True)
    slug = models.SlugField()
    climate = models.CharField(max_length=1, choices=Climate)
    keepers = models.ManyToManyField(Keeper, related_name="houses", blank=True)
    opens = models.TimeField(null=True, blank=True)
    area = models.FloatField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_climate_display()})"


class Tag(models.Model):
    text = models.CharField(max_length=30)

    def __str__(self) -> str:
        return self.text


class Animal(models.Model):
    class Diet(models.IntegerChoices):
        MEAT = 1, "Meat"
        PLANTS = 2, "Plants & leaves"
        BOTH = 3, "Both"

    name = models.CharField("given name", max_length=60, help_text="As on the <b>sign</b>.")
    house = models.ForeignKey(House, models.CASCADE, related_name="animals")
    keeper = models.ForeignKey(Keeper, models.SET_NULL, null=True, blank=True)
    mother = models.ForeignKey("self", models.SET_NULL, null=True, blank=True)
    tags = models.ManyToManyField(Tag, blank=True)
    diet = models.IntegerField(choices=Diet, default=Diet.BOTH)
    born = models.DateField(null=True, blank=True)
    arrived = models.DateTimeField(null=True, blank=True)
    weight = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    is_tame = models.BooleanField(null=True)
    homepage = models.URLField(blank=True)
    code = models.UUIDField(null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    sleeps = models.DurationField(null=True, blank=True)
    notes = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.name} of {self.house_id}"

    def get_absolute_url(self) -> str:
        return f"/animals/{self.pk}/"


class Feeding(models.Model):
    animal = models.ForeignKey(Animal, models.CASCADE, related_name="feedings")
    at = models.DateTimeField()
    amount = models.PositiveSmallIntegerField(default=1)
    remark = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.amount} at {self.at:%H:%M}"


class Visit(models.Model):
    animal = models.ForeignKey(Animal, models.CASCADE, related_name="visits")
    day = models.DateField()
    diagnosis = models.TextField(blank=True)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return str(self.day)
