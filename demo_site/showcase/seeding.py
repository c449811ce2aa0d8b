"""How the demo data comes about: always the same rows with the same keys.

Every part takes the random generator that the command made from a fixed seed, so the order of
the calls matters.
"""

import datetime
from decimal import Decimal
from random import Random

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model
from django.utils.text import slugify
from django.utils.timezone import get_current_timezone

from accounts.models import Profile
from blog.models import Comment, Post, Tag
from rentals.models import Lease, MaintenanceRequest, Property, Tenant
from showcase import words

# Demo users are known by their address, so that a superuser of your own survives a new seeding.
EMAIL_DOMAIN = "hearth-and-key.example"
FIRST_USER_PK = 1001
NO_PASSWORD = "!"

MANAGERS, AUTHORS, TENANTS = 6, 12, 48
PROPERTIES, REQUESTS = 64, 120
POSTS, ARTICLE_EVERY, COMMENTS = 100, 5, 64


def clear() -> None:
    """Delete everything that earlier seedings made, and whatever hangs on it."""
    for model in (Comment, Post, Tag, Profile, Lease, MaintenanceRequest, Property, Tenant):
        model.objects.all().delete()
    get_user_model().objects.filter(email__endswith=f"@{EMAIL_DOMAIN}").delete()


def moment(day: datetime.date, random: Random) -> datetime.datetime:
    """Return a time within office hours of ``day``."""
    time = datetime.time(random.randrange(7, 20), random.randrange(60))
    return datetime.datetime.combine(day, time, tzinfo=get_current_timezone())


def make_users(random: Random) -> list[User]:
    """Create the administrator and people with names of their own; return the people."""
    names = [(first, last) for last in words.LAST_NAMES for first in words.FIRST_NAMES]
    chosen = random.sample(names, MANAGERS + AUTHORS + TENANTS)
    joined = datetime.datetime(2023, 1, 2, 9, tzinfo=get_current_timezone())
    admin = User(
        pk=FIRST_USER_PK,
        username="admin",
        first_name="Site",
        last_name="Admin",
        email=f"admin@{EMAIL_DOMAIN}",
        password=make_password("demo"),
        is_staff=True,
        is_superuser=True,
        date_joined=joined,
    )
    people = [
        User(
            pk=pk,
            username=slugify(f"{first} {last}"),
            first_name=first,
            last_name=last,
            email=f"{slugify(first)}.{slugify(last)}@{EMAIL_DOMAIN}",
            password=NO_PASSWORD,
            date_joined=joined,
        )
        for pk, (first, last) in enumerate(chosen, start=FIRST_USER_PK + 1)
    ]
    User.objects.bulk_create([admin, *people])
    return people


def make_profiles(random: Random, authors: list[User]) -> None:
    """Create a profile for each author."""
    Profile.objects.bulk_create(
        Profile(
            pk=pk,
            user=user,
            headline=headline,
            bio="\n\n".join(" ".join(random.sample(words.SENTENCES, 3)) for _ in range(2)),
            city=random.choice(words.CITIES)[0],
            website=f"https://{user.username}.example/home" if pk % 3 else "",
            accent=Profile.Accent.values[pk % len(Profile.Accent.values)],
            member_since=settings.DEMO_TODAY - datetime.timedelta(days=random.randrange(400, 2200)),
        )
        for pk, (user, headline) in enumerate(zip(authors, words.HEADLINES, strict=True), start=1)
    )


def make_tenants(random: Random, users: list[User]) -> list[Tenant]:
    """Create a tenant for each of the users."""
    return Tenant.objects.bulk_create(
        Tenant(
            pk=pk,
            user=user,
            phone=f"(617) 555-{random.randrange(10000):04d}",
            employer=random.choice(words.EMPLOYERS),
        )
        for pk, user in enumerate(users, start=1)
    )


def make_properties(random: Random, managers: list[User]) -> list[Property]:
    """Create the properties; each has a name that no other has."""
    names = [(street, home) for street in words.STREET_NAMES for home in words.HOME_NAMES]
    random.shuffle(names)
    rows = []
    for pk, (street, home) in enumerate(names[:PROPERTIES], start=1):
        city, postal_code = random.choice(words.CITIES)
        bedrooms = random.choice((1, 1, 2, 2, 3, 4))
        kind = Property.Kind.STUDIO if bedrooms == 1 else random.choice(Property.Kind.values[:3])
        rows.append(
            Property(
                pk=pk,
                name=f"{street} {home}",
                kind=kind,
                street=f"{random.randrange(1, 180)} {street} {random.choice(words.STREET_KINDS)}",
                city=city,
                postal_code=postal_code,
                bedrooms=bedrooms,
                area=random.randrange(380, 520) + bedrooms * random.randrange(180, 320),
                monthly_rent=Decimal(780 + bedrooms * 310 + random.randrange(0, 40) * 10),
                manager=random.choice(managers),
                listed_on=settings.DEMO_TODAY - datetime.timedelta(days=random.randrange(1, 700)),
            )
        )
    return Property.objects.bulk_create(rows)


def make_leases(random: Random, properties: list[Property], tenants: list[Tenant]) -> None:
    """Create one current lease for most properties, an ended one before it for some."""
    rows = []
    for number, home in enumerate(properties):
        # Every eighth lease is about to end, the others have more than a month to go.
        days = random.randrange(1, 29) if number % 8 == 0 else random.randrange(40, 700)
        end = settings.DEMO_TODAY + datetime.timedelta(days=days)
        start = end - datetime.timedelta(days=730)
        if number % 3 == 0:
            earlier_end = start - datetime.timedelta(days=14)
            rows.append((Lease.Status.ENDED, home, earlier_end))
        status = Lease.Status.DRAFT if number % 13 == 5 else Lease.Status.ACTIVE
        rows.append((status, home, end))
    Lease.objects.bulk_create(
        Lease(
            pk=pk,
            property=home,
            tenant=random.choice(tenants),
            status=status,
            monthly_rent=home.monthly_rent - (50 if status == Lease.Status.ENDED else 0),
            deposit=home.monthly_rent * 2 + Decimal("0.50") * (pk % 2),
            start_date=end - datetime.timedelta(days=730),
            end_date=end,
            notes=random.choice(words.LEASE_NOTES),
        )
        for pk, (status, home, end) in enumerate(rows, start=1)
    )


def make_requests(random: Random, properties: list[Property], tenants: list[Tenant]) -> None:
    """Create requests for repair; the younger ones are more often not done yet."""
    status = MaintenanceRequest.Status
    rows = []
    for pk in range(1, REQUESTS + 1):
        title, description = random.choice(words.REPAIRS)
        age = pk // 2
        open_kinds = (status.OPEN, status.OPEN, status.IN_PROGRESS, status.DONE)
        rows.append(
            MaintenanceRequest(
                pk=pk,
                property=random.choice(properties),
                tenant=random.choice(tenants),
                title=title,
                description=description,
                priority=random.choice(("low", "normal", "normal", "normal", "urgent")),
                status=random.choice(open_kinds) if age < 25 else status.DONE,
                created_at=moment(settings.DEMO_TODAY - datetime.timedelta(days=age + 1), random),
            )
        )
    MaintenanceRequest.objects.bulk_create(rows)


def make_posts(random: Random, authors: list[User]) -> list[Post]:
    """Create the posts, the newest with the highest key: every fifth an article, else a note."""
    notes = [f"{s}, {a}" for s in words.NOTE_SUBJECTS for a in words.NOTE_ANGLES]
    random.shuffle(notes)
    articles = iter(words.ARTICLE_TITLES)
    # Comments come up to a day and a half later, and none from the future.
    day = settings.DEMO_TODAY - datetime.timedelta(days=2)
    posts = []
    for pk in range(POSTS, 0, -1):
        day -= datetime.timedelta(days=random.choice((1, 1, 2, 3)))
        is_article = pk % ARTICLE_EVERY == 0
        title = next(articles) if is_article else notes.pop()
        length = random.randrange(9, 16) if is_article else 2
        sentences = random.sample(words.SENTENCES, length)
        third = max(length // 3, 1)
        body = "\n\n".join(" ".join(sentences[i : i + third]) for i in range(0, length, third))
        posts.append(
            Post(
                pk=pk,
                author=random.choice(authors),
                kind=Post.Kind.ARTICLE if is_article else Post.Kind.NOTE,
                title=title,
                slug=slugify(title),
                body=body if is_article else " ".join(sentences),
                published_at=moment(day, random),
            )
        )
    return Post.objects.bulk_create(posts)


def make_tags(random: Random, posts: list[Post]) -> None:
    """Create the tags and put two to four on each article."""
    tags = Tag.objects.bulk_create(
        Tag(pk=pk, name=name, slug=slugify(name)) for pk, name in enumerate(words.TAGS, start=1)
    )
    links = [
        Post.tags.through(post=post, tag=tag)
        for post in posts
        if post.is_article
        for tag in random.sample(tags, random.randrange(2, 5))
    ]
    for pk, link in enumerate(links, start=1):
        link.pk = pk
    Post.tags.through.objects.bulk_create(links)


def make_comments(random: Random, posts: list[Post], readers: list[User]) -> None:
    """Create comments on the articles, at least one on each."""
    articles = [post for post in posts if post.is_article]
    on = articles + [random.choice(articles) for _ in range(COMMENTS - len(articles))]
    Comment.objects.bulk_create(
        Comment(
            pk=pk,
            post=post,
            author=random.choice(readers),
            body=random.choice(words.COMMENTS),
            created_at=post.published_at + datetime.timedelta(minutes=random.randrange(20, 2000)),
        )
        for pk, post in enumerate(on, start=1)
    )


def reset_sequences() -> None:
    """Let the database go on counting after the keys that were given here."""
    models: list[type[Model]] = [
        User,
        Profile,
        Tenant,
        Property,
        Lease,
        MaintenanceRequest,
        Tag,
        Post,
        Post.tags.through,
        Comment,
    ]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
