"""Whose name stands in what a bank says of a transfer: some banks leave the field for it empty and
write it among the other words."""

from collections.abc import Sequence

from django.db.models import Count

from donations.models import BankLine, Donation, GiftWord
from donations.words import of_name, words

AT_MOST = 2000  # gifts looked at, the newest first
LEAST = 2  # words of a name that are no chance


def named_in(lines: Sequence[BankLine]) -> dict[int, Donation]:
    """By line, the newest gift of somebody all of whose name is in its words. Two questions to the
    database, however many lines."""
    said = {
        line.pk: set(words(f"{line.name} {line.text}"))
        for line in lines
        if line.state == BankLine.State.OPEN and line.amount > 0
    }
    every = set().union(*said.values())
    if not every:
        return {}
    having = GiftWord.objects.filter(word__in=every).order_by().values("donation")
    twice = having.annotate(number=Count("pk")).filter(number__gte=LEAST).values("donation")
    gifts = Donation.objects.filter(pk__in=twice, state__in=Donation.RECEIVED)
    found: dict[int, Donation] = {}
    for gift in gifts.select_related("donor").order_by("-settled_at", "-pk")[:AT_MOST]:
        own = set(of_name(gift))
        for line, all_of_it in said.items():
            if len(own) >= LEAST and own <= all_of_it:
                found.setdefault(line, gift)
    return found
