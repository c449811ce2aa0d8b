"""Rows of the odd models, the same for the same seed; they refer to authors that are there."""

from __future__ import annotations

import datetime
import uuid
from random import Random

from . import models as zoo
from . import odd

NAMED = [odd.FromDb, odd.Started, odd.Asked, odd.Watched, odd.Indexed, odd.Talking, odd.Quiet,
         odd.Brought]  # fmt: skip

DATA = [
    {"key": "<b>", "items": [1, {"a": None}], "count": 3, "0": "zero"},
    [["x", "y"], ["z"]],
    "text & more",
    12.5,
    None,
    {},
    True,
]


def populate(seed: int, size: int) -> None:
    """Fill every table of the odd models with up to `size` rows."""
    random = Random(seed)
    authors = list(zoo.Author.objects.order_by("pk"))
    kinds = list(zoo.Category.objects.order_by("pk"))
    codes = [*zoo.Language.objects.order_by("pk").values_list("code", flat=True), "away", None]

    def some(rows):
        return random.choice([None, *rows])

    for n in range(size):
        _sample(random, n, some(kinds))
        zoo_author = some(authors)
        for model in NAMED:
            model.objects.create(name=f"t{n}", author=zoo_author)
        odd.Clash.objects.create(owner=some(authors), items=f"i{n}", count=n)
        odd.Kind.objects.create(name=f"k{n}", kind="x" if n % 2 else "y", author=some(authors))
    for n in range(size if authors else 0):
        before = list(odd.Deed.objects.filter(before=None))
        odd.Deed.objects.create(
            name=f"d{n % 2}",
            by_id=random.choice([997, *(author.pk for author in authors)]),
            again=some(before),
            word_id=random.choice(codes),
        )


def _sample(random: Random, n: int, group: zoo.Category | None) -> odd.Sample:
    moment = datetime.datetime(
        2024, 1 + n % 12, 1 + n, 23, 30, 15, 123456, tzinfo=datetime.timezone.utc
    )
    times = {
        "day": moment.date(),
        "at": moment,
        "hour": moment.time(),
        "took": datetime.timedelta(days=n, seconds=61),
        "key": uuid.UUID(int=n + 1),
    }
    return odd.Sample.objects.create(
        status="ds"[n % 2],
        level=random.choice([None, 1, 2, 5]),
        size=random.choice("sml?"),
        flag=bool(n % 2),
        maybe=random.choice([None, True, False]),
        whole=n * 1234567,
        part=n / 3,
        price=f"{n}.50",
        raw=b"\x00<" * n,
        address=random.choice([None, "10.0.0.1", "::1"]),
        data=DATA[n % len(DATA)],
        paper=random.choice([None, "", f"papers/{n}.txt"]),
        markup=f"<i>{n}</i>",
        text=f"<b>&{n}\n\n'x'</b>",
        loud=f"l{n}",
        recipe=f"r{n}",
        renamed=f"re{n}",
        group=group,
        **(times if n % 3 != 2 else {}),
    )
