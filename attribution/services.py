"""Sources, links, credits and their totals. Amounts in integer cents, times in UTC."""

import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Sum
from django.http import HttpRequest, HttpResponse

from attribution.models import Credit, ShortLink, Source, Stamp, Visit

COOKIE = "da"
COOKIE_AGE = 7 * 24 * 3600
# no 0/O, 1/l/I: a code can be read aloud
ALPHABET = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8


@dataclass(frozen=True)
class Totals:
    """Of a source and everything below it. `cents` is gifts less refunds, fees apart."""

    visits: int = 0
    gifts: int = 0
    cents: int = 0
    donors: int = 0


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


@transaction.atomic
def source(*, kind: str, key: str, label: str = "", parent: Source | None = None) -> Source:
    """The source of that kind and key; label and parent are brought up to date."""
    found, made = Source.objects.get_or_create(
        kind=kind, key=key, defaults={"label": label[:200], "parent": parent, "code": _code()}
    )
    if not made and (found.label, found.parent) != (label[:200], parent):
        found.label, found.parent = label[:200], parent
        found.save(update_fields=["label", "parent"])
    return found


@transaction.atomic
def link(*, source: Source, target: str) -> ShortLink:
    """The source's short link, pointed at `target`: a path of this site. Raises ValueError otherwise."""
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        raise ValueError("a short link leads to a path of this site")
    found, made = ShortLink.objects.get_or_create(
        source=source, defaults={"target": target, "code": _code()}
    )
    if not made and found.target != target:
        found.target = target
        found.save(update_fields=["target"])
    return found


def moved(text: str, link: str) -> str:
    """The text with its short link at the site's address of now; `link` may name an earlier one."""
    return text.replace(link, f"{settings.SITE_URL}{urlsplit(link).path}") if link else text


def remember(response: HttpResponse, source: Source, *, secure: bool) -> None:
    """Last touch: a first-party cookie that holds the source's code and nothing of the visitor."""
    response.set_cookie(
        COOKIE, source.code, max_age=COOKIE_AGE, httponly=True, samesite="Lax", secure=secure
    )


def source_of(request: HttpRequest) -> Source | None:
    """The source the visitor came from within the last seven days."""
    code = request.COOKIES.get(COOKIE, "")
    return Source.objects.filter(code=code).first() if code else None


@transaction.atomic
def add_credits(credits: Iterable[Credit]) -> None:
    """Many at once; those whose `ref` is there already are left as they are."""
    Credit.objects.bulk_create(credits, ignore_conflicts=True)
    bump()


def bump() -> None:
    """Something that cached pages show has changed."""
    if not Stamp.objects.filter(pk=1).update(number=F("number") + 1):
        Stamp.objects.get_or_create(pk=1)
        Stamp.objects.filter(pk=1).update(number=F("number") + 1)


def version() -> str:
    """Changes with every credit and publication."""
    return str(Stamp.objects.values_list("number", flat=True).filter(pk=1).first() or 0)


def totals(source: Source) -> Totals:
    return totals_of([source])[source.pk]


def totals_of(sources: Iterable[Source]) -> dict[int, Totals]:
    """Totals by source id, each over its whole tree; three queries however many sources."""
    roots = [source.pk for source in sources]
    below = _descendants(roots)
    everything = {pk for pks in below.values() for pk in pks}
    visits = dict(
        Visit.objects.filter(source__in=everything, crawler=False)
        .values_list("source")
        .annotate(number=Count("pk"))
    )
    cents: dict[int, int] = defaultdict(int)
    gifts: dict[int, int] = defaultdict(int)
    donors: dict[int, set[str]] = defaultdict(set)
    # a gift that went back whole is none any more, and its donor no donor of this source
    for pk, donor, amount in (
        Credit.objects.filter(source__in=everything)
        .values("source", "donor", "gift")
        .annotate(sum=Sum("amount"))
        .values_list("source", "donor", "sum")
    ):
        cents[pk] += amount
        if amount > 0:
            gifts[pk] += 1
            donors[pk].add(donor)
    return {
        root: Totals(
            visits=sum(visits.get(pk, 0) for pk in pks),
            gifts=sum(gifts[pk] for pk in pks),
            cents=sum(cents[pk] for pk in pks),
            donors=len(set().union(*(donors[pk] for pk in pks))),
        )
        for root, pks in below.items()
    }


def _descendants(roots: list[int]) -> dict[int, set[int]]:
    """Each root with everything below it, by one recursive query."""
    if not roots:
        return {}
    marks = ",".join(["%s"] * len(roots))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH RECURSIVE tree(root, id) AS (
                SELECT id, id FROM attribution_source WHERE id IN ({marks})
                UNION
                SELECT tree.root, child.id FROM attribution_source child
                JOIN tree ON child.parent_id = tree.id
            ) SELECT root, id FROM tree""",  # noqa: S608  marks are placeholders
            roots,
        )
        rows = cursor.fetchall()
    found: dict[int, set[int]] = {root: set() for root in roots}
    for root, pk in rows:
        found[root].add(pk)
    return found
