"""What can be wrong with a card, each with a sentence for the person who writes it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


class CardProblem(Exception):
    """`code` for programs, `field` of the CardSpec it concerns, `message` for people (lazy)."""

    code = "card"

    def __init__(self, field: str, message: object) -> None:
        self.field, self.message = field, message
        super().__init__(field)

    def __str__(self) -> str:
        return str(self.message)


class TooLong(CardProblem):
    """The words do not fit even at the smallest size; `over` is how many characters too many."""

    code = "too-long"

    def __init__(self, field: str, over: int) -> None:
        self.over = max(1, over)
        sentence = ngettext_lazy(
            "Too long for this card (%(words)s): take away about %(over)d character.",
            "Too long for this card (%(words)s): take away about %(over)d characters.",
            "over",
        )
        super().__init__(field, sentence % {"words": LABELS[field], "over": self.over})


class Unwritable(CardProblem):
    """Letters that none of the bundled fonts has; `letters` holds them."""

    code = "unwritable"

    def __init__(self, field: str, letters: str) -> None:
        self.letters = letters
        super().__init__(
            field,
            _("The card's letters do not include %(letters)s: write it in another way.")
            % {"letters": letters},
        )


class BadPhoto(CardProblem):
    """The photograph cannot be read, or is larger than anyone needs."""

    code = "bad-photo"

    def __init__(self) -> None:
        super().__init__("photo", _("The photograph cannot be read: upload it again."))


LABELS = {
    "headline": _("title"),
    "hashtag": _("hashtag"),
    "lines": _("line"),
    "raised_cents": _("figure"),
    "address": _("address"),
    "brand": _("name"),
}
