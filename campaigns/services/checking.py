"""What would stop a post, told while it is written, before it is planned and before it is sent."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.channels.base import ChannelError, Count, Draft, Problem
from campaigns.channels.text import hashtags
from campaigns.errors import NotReady
from campaigns.models import Account, Delivery, Post
from campaigns.models.post import LINK
from campaigns.services import content
from campaigns.states import State

BUSY = _("The picture cannot be prepared at this moment: the disk is full or does not answer.")


def problems(*, post: Post, now: datetime | None = None) -> dict[Account | None, list[Problem]]:
    """By account; under None what concerns the post as a whole. The post may be unsaved.

    Where it is out nothing can stop it any more: nothing is said of those accounts.
    """
    if all_out(post=post):
        return {}
    now = now or timezone.now()
    found: dict[Account | None, list[Problem]] = {None: _of_post(post, now)}
    done = out_on(post=post)
    for account in post.accounts.all():
        if account.pk in done:
            continue
        found[account] = account_problems(account) + text_problems(
            post=post, account=account, now=now
        )
    return {key: value for key, value in found.items() if value}


def out_on(*, post: Post) -> set[int]:
    """The accounts, by id, on which it is out."""
    out = Delivery.objects.filter(post=post.pk, state=State.PUBLISHED)
    return set(out.values_list("account", flat=True)) if post.pk else set()


def all_out(*, post: Post) -> bool:
    """Whether nothing of this version is left to go out: then there is nothing to say yes to."""
    out = out_on(post=post)
    if not out or not {account.pk for account in post.accounts.all()} <= out:
        return False
    over = [State.PUBLISHED, State.CANCELLED]
    return not Delivery.objects.filter(post=post.pk).exclude(state__in=over).exists()


def text_problems(*, post: Post, account: Account, now: datetime) -> list[Problem]:
    """What the network would say to the text, the link and the picture as they would be sent."""
    notes = _notes(post, account)
    try:
        draft = content.sample(post=post, account=account, now=now)
    except content.Unusable as problem:
        return [problem.problem, *notes]
    except ChannelError as problem:
        return [Problem("media_gone", problem.message), *notes]
    except OSError:
        return [Problem("media_busy", BUSY, "warning"), *notes]
    return [*account.offline().check(draft), *notes]


def account_problems(account: Account) -> list[Problem]:
    if not account.active:
        return [Problem("account_unused", _("This account is no longer in use."))]
    if account.state == Account.State.DISCONNECTED:
        return [
            Problem("account_disconnected", _("This account is disconnected: connect it again."))
        ]
    return []


def counts(*, post: Post) -> dict[Account, list[Count]]:
    """The figures beside the text, by each network's own way of counting."""
    return {
        account: account.offline().count(content.words(post=post, account=account))
        for account in post.accounts.all()
    }


def drafts(*, post: Post, now: datetime | None = None) -> dict[Account, Draft]:
    """For the previews: how it would be sent now; the words alone where the picture fails."""
    made = {}
    for account in post.accounts.all():
        try:
            made[account] = content.sample(post=post, account=account, now=now or timezone.now())
        except (content.Unusable, ChannelError, OSError):
            made[account] = content.words(post=post, account=account)
    return made


def errors(found: list[Problem]) -> list[Problem]:
    return [problem for problem in found if problem.level == "error"]


def stops(found: dict[Account | None, list[Problem]]) -> list[str]:
    """What must be mended first, a sentence each, with the account's name; each once."""
    sentences = [
        f"{account}: {problem.message}" if account else str(problem.message)
        for account, listed in found.items()
        for problem in errors(listed)
    ]
    return list(dict.fromkeys(sentences))


def require_ready(*, post: Post) -> None:
    """Raises NotReady, with the problems by account, when something must be mended first."""
    found = {key: errors(value) for key, value in problems(post=post).items() if errors(value)}
    if found:
        why = gettext("Something has to be mended before anybody can say yes.")
        raise NotReady(" ".join([why, *stops(found)]), found)


def _of_post(post: Post, now: datetime) -> list[Problem]:
    found = []
    if not post.accounts.all():
        found.append(Problem("accounts_missing", _("Choose at least one account.")))
    moment = post.moment
    if moment is None:
        found.append(Problem("when_missing", _("Say when it goes out: day and time.")))
        return found
    if moment.message:
        found.append(Problem(f"hour_{moment.oddity}", moment.message, "warning"))
    if moment.utc < now:
        found.append(Problem("when_past", _("Its minute has already passed."), "warning"))
    elif not post.campaign.starts_at <= moment.utc < post.campaign.ends_at:
        found.append(Problem("when_outside", _("On that day the campaign is not open."), "warning"))
    return found


def _notes(post: Post, account: Account) -> list[Problem]:
    """Good to know, never a reason to stop."""
    text, notes = post.text_for(account.channel), []
    if LINK not in text:
        notes.append(
            Problem(
                "link_unused",
                _("Without {link} its visits and gifts cannot be counted."),
                "warning",
            )
        )
    written = {tag.value.casefold() for tag in hashtags(text)}
    if not written & {tag[1:].casefold() for tag in post.campaign.tags}:
        notes.append(
            Problem("hashtag_missing", _("None of the campaign’s hashtags is in it."), "warning")
        )
    return notes
