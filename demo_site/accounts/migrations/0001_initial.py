"""The table of profiles."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The first state of the app."""

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Profile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("headline", models.CharField(max_length=120)),
                ("bio", models.TextField(blank=True)),
                ("city", models.CharField(blank=True, max_length=80)),
                ("website", models.URLField(blank=True)),
                (
                    "accent",
                    models.CharField(
                        choices=[
                            ("sea", "Sea"),
                            ("moss", "Moss"),
                            ("plum", "Plum"),
                            ("sand", "Sand"),
                        ],
                        default="sea",
                        max_length=8,
                    ),
                ),
                ("member_since", models.DateField()),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profile",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-member_since", "pk"],
            },
        ),
    ]
