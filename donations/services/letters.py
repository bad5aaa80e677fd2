"""The mails to donors, in their words: those of the templates, or those that staff wrote in their
place. Whatever a donor gets goes through `compose` here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from donations.acknowledgements import TITLES
from donations.letters import checks, defaults, markup, placeholders, samples
from donations.letters.defaults import Letter, Words
from donations.models import MailText
from mail.models import Message
from mail.services import compose as freeze
from mail.services import rendered
from people.models import User

Context = dict[str, Any]
FIELDS = ("subject", "heading", "words")
EDITED = "donations/mail/edited"


class Wrong(Exception):
    """`problems`: sentences by field."""

    def __init__(self, problems: checks.Problems) -> None:
        super().__init__(str(problems))
        self.problems = problems


@dataclass(frozen=True)
class _Spoken:
    """The words of one mail, with everything laid in."""

    subject: str
    heading: SafeString
    preview: str
    html: SafeString
    text: str


# mails to donors that are no acknowledgement of a gift
APART: dict[str, Promise] = {
    "entry_link": _("Link to the donor’s own page"),
    "yearly_statement": _("Statement of a year"),
    "code_request": _("Question for the codice fiscale"),
    "erasure_answer": _("Answer to who wants their data deleted"),
    "erasure_done": _("Farewell to whose data were deleted"),
}


def titles() -> dict[str, Promise]:
    return TITLES | APART


def kinds() -> list[str]:
    return list(titles())


def languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def compose(
    *,
    key: str,
    kind: str,
    to: str,
    language: str,
    context: Context,
    attachments: Iterable[tuple[str, str, bytes]] = (),
) -> Message:
    """As `mail.services.compose`, in the words that are in use; answers go to the body."""
    template, known = dressed(kind=kind, language=language, context=context)
    return freeze(
        key=key,
        kind=kind,
        to=to,
        language=language,
        template=template,
        context=known,
        attachments=attachments,
        reply_to=context["body"]["email"],
    )


def dressed(*, kind: str, language: str, context: Context) -> tuple[str, Context]:
    """The folder of templates and the context of this mail, in the words that are in use."""
    own = MailText.objects.filter(kind=kind, language=language, in_use=True).first()
    if own is None:
        return f"donations/mail/{kind}", context
    words = Words(own.subject, own.heading, own.words)
    return EDITED, _in_words(kind, language, context, words)


def looked_at(*, kind: str, language: str, words: Words | None) -> tuple[str, str, str]:
    """Subject, text and HTML on the sample gift; None: in the words of the templates."""
    with translation.override(language):
        known = samples.context(kind)
    if words is None:
        return rendered(f"donations/mail/{kind}", known, language)
    return rendered(EDITED, _in_words(kind, language, known, words), language)


def _in_words(kind: str, language: str, context: Context, words: Words) -> Context:
    with translation.override(language):
        said = placeholders.said(kind, context, defaults.parts(kind, context))
        blocks = markup.read(words.words)
        text = markup.to_text(blocks, said)
        subject, heading = (markup.plain(line, said) for line in (words.subject, words.heading))
        spoken = _Spoken(
            subject=subject,
            heading=markup.plain_html(words.heading, said),
            preview=Truncator(text.partition("\n")[0]).chars(120),
            html=markup.to_html(blocks, said),
            text=text if heading == subject else f"{heading}\n\n{text}",
        )
    folder = f"donations/mail/{kind}"
    layout = {"default_html": f"{folder}/body.html", "default_text": f"{folder}/body.txt"}
    return {**context, **layout, "words": spoken}


def in_force(*, kind: str, language: str, letter: Letter) -> Words:
    """The words that the next mail of this kind has."""
    own = MailText.objects.filter(kind=kind, language=language, in_use=True).first()
    return Words(own.subject, own.heading, own.words) if own else letter.default


def check(*, kind: str, words: Words, letter: Letter) -> None:
    """Raises Wrong."""
    known = [one for one in placeholders.of(kind) if one.name in letter.said.values]
    found = checks.problems(kind, words, placeholders=known, parts=letter.parts)
    if found:
        raise Wrong(found)


@transaction.atomic
def write(*, kind: str, language: str, words: Words, letter: Letter, by: User) -> Revision:
    """From the next mail on. What was written before stays among the versions. Raises Wrong."""
    check(kind=kind, words=words, letter=letter)
    return _keep(kind, language, words, by, in_use=True)


@transaction.atomic
def back_to_default(*, kind: str, language: str, letter: Letter, by: User) -> Revision:
    return _keep(kind, language, letter.default, by, in_use=False)


def versions(*, kind: str, language: str) -> list[tuple[Revision, MailText]]:
    """The newest first."""
    row = MailText.objects.filter(kind=kind, language=language).first()
    if row is None:
        return []
    kept = row.revisions.select_related("user").order_by("-created_at", "-pk")
    return [(revision, revision.as_object()) for revision in kept]


def _keep(kind: str, language: str, words: Words, by: User, *, in_use: bool) -> Revision:
    fields = {name: getattr(words, name) for name in FIELDS}
    row, _made = MailText.objects.select_for_update().update_or_create(
        kind=kind, language=language, defaults={**fields, "in_use": in_use}
    )
    return row.save_revision(user=by, changed=True)
