"""Random rows for the whole schema, the same for the same seed."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace

from django.contrib.contenttypes.models import ContentType

from . import models as zoo


def populate(seed: int, size: int) -> None:
    """Fill every table with up to `size` rows; keys without a constraint may point nowhere."""
    random = Random(seed)

    def some(rows, null=False):
        return None if not rows or (null and random.random() < 0.4) else random.choice(rows)

    def times():
        return range(random.randint(1, size)) if size else range(0)

    countries = [zoo.Country.objects.create(name=f"c{n}") for n in times()]
    authors: list[zoo.Author] = []
    for n in times():
        authors.append(
            zoo.Author.objects.create(
                name=f"a{n}", country=some(countries, True), mentor=some(authors, True)
            )
        )
    for author in authors:
        if random.random() < 0.6:
            zoo.Profile.objects.create(author=author, bio="x", home=some(countries, True))
    secrets = [
        zoo.Secret.everything.create(name=f"s{n}", hidden=random.random() < 0.5) for n in times()
    ]
    for n in times():
        zoo.Language.objects.create(code=f"l{n}", country=some(countries, True))
    codes = list(zoo.Language.objects.values_list("code", flat=True))
    kinds = [zoo.Category.objects.create(name=f"k{n}") for n in times()]
    tags = [zoo.Tag.objects.create(name=f"t{n}", category=some(kinds, True)) for n in times()]
    keys = SimpleNamespace(
        authors=authors, countries=countries, secrets=secrets, codes=codes, tags=tags
    )
    books = _books(random, size, keys)
    places: list[zoo.Place] = []
    for n in times() if countries else ():
        if random.random() < 0.5:
            places.append(zoo.Place.objects.create(name=f"p{n}", country=some(countries)))
        else:
            places.append(
                zoo.Restaurant.objects.create(
                    name=f"r{n}", country=some(countries), chef=some(authors, True)
                )
            )
    targets = [*books, *authors, *places]
    for n in times():
        target = some(targets, True)
        comment = zoo.Comment.objects.create(
            text=f"x{n}", writer=some(authors, True), target=target
        )
        if random.random() < 0.2 and target is not None:
            comment.kind = ContentType.objects.get_for_model(target)
            comment.key = random.choice(["998", "007", "word", f"0{target.pk}"])
            comment.save()
    nodes: list[zoo.Node] = []
    for n in times():
        nodes.append(zoo.Node.objects.create(name=f"n{n}", parent=some(nodes, True)))
    for n in range(size if authors else 0):
        zoo.Seat.objects.create(row=n % 2, number=n, guest=some(authors))


def _books(random: Random, size: int, keys: SimpleNamespace) -> list[zoo.Book]:
    books = []
    if not (keys.authors and keys.countries and keys.secrets):
        return books
    for n in range(random.randint(0, size)):
        book = zoo.Book.objects.create(
            title=f"b{n % 2}",
            author=random.choice(keys.authors),
            editor=random.choice([None, *keys.authors]),
            publisher_id=random.choice([998, *(country.pk for country in keys.countries)]),
            sponsor_id=random.choice([None, 998, *(country.pk for country in keys.countries)]),
            vault=random.choice(keys.secrets),
            drawer=random.choice([None, *keys.secrets]),
            language_id=random.choice([None, *keys.codes]),
        )
        book.tags.set(random.sample(keys.tags, random.randint(0, len(keys.tags))))
        for number in range(random.randint(0, 3)):
            zoo.Chapter.objects.create(
                book=book, number=number, translator=random.choice([None, *keys.authors])
            )
        for _ in range(random.randint(0, 2)):
            zoo.Review.objects.create(
                book=book, reader=random.choice(keys.authors), hidden=random.random() < 0.3
            )
        books.append(book)
    return books
