"""Words that staff write twice: in the site's language, and in English if they like. Whoever reads
English gets the English ones, or the others, marked as what they are."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language


def english() -> bool:
    """Whether the reader reads English now."""
    return (get_language() or "").startswith("en")


@dataclass(frozen=True)
class Words:
    """Drawn when it is laid into a page or a mail, in the language of that moment."""

    own: str = ""
    english: str = ""

    def __str__(self) -> str:
        return self.english if self._in_english else self.own

    def __bool__(self) -> bool:
        return bool(str(self))

    @property
    def mark(self) -> str:
        """What `lang` has to say; empty where the words are in the reader's own language."""
        foreign = english() and not self._in_english and self.own
        return str(settings.LANGUAGE_CODE) if foreign else ""

    @property
    def capital(self) -> "Words":
        """At the beginning of a sentence."""
        return Words(
            self.own[:1].upper() + self.own[1:], self.english[:1].upper() + self.english[1:]
        )

    @property
    def within(self) -> "Words":
        """Inside another sentence."""
        return Words(
            self.own[:1].lower() + self.own[1:], self.english[:1].lower() + self.english[1:]
        )

    @property
    def sentence(self) -> "Words":
        return Words(self.own and f"{self.own}.", self.english and f"{self.english}.")

    @property
    def _in_english(self) -> bool:
        return english() and bool(self.english)


NO_WORDS = Words()
