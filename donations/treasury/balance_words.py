"""What does not add up in a bank's statements, in words."""

from django.utils import formats
from django.utils.translation import gettext as _

from brand.figures import euros
from donations.services.balances import Check


def put(one: Check | None) -> list[str]:
    if one is None:
        return []
    held, said = one.statement, []
    if one.difference:
        said.append(
            _(
                "The closing balance does not add up: %(opening)s at the beginning and lines of"
                " %(moved)s make %(made)s, and the bank says %(closing)s. The difference is"
                " %(difference)s."
            )
            % {
                "opening": _money(held.opening),
                "moved": _money(held.moved),
                "made": _money((held.opening or 0) + (held.moved or 0)),
                "closing": _money(held.closing),
                "difference": _money(one.difference),
            }
        )
    if one.before is None:
        return said
    if one.missing and one.missing[0] == one.missing[1]:
        said.append(
            _("No statement tells of %(day)s: bring that one too.") % {"day": _day(one.missing[0])}
        )
    elif one.missing:
        said.append(
            _("No statement tells of the days from %(first)s to %(last)s: bring that one too.")
            % {"first": _day(one.missing[0]), "last": _day(one.missing[1])}
        )
    if one.jump:
        said.append(
            _(
                "The statement before (%(name)s) ended on %(day)s with %(closing)s, this one begins"
                " with %(opening)s. The difference is %(difference)s."
            )
            % {
                "name": one.before.name,
                "day": _day(one.before.ends),
                "closing": _money(one.before.closing),
                "opening": _money(held.opening),
                "difference": _money(one.jump),
            }
        )
    return said


def _money(cents: int | None) -> str:
    return euros(cents or 0, always_cents=True)


def _day(day: object) -> str:
    return formats.date_format(day, "j/n/Y")  # type: ignore[arg-type]
