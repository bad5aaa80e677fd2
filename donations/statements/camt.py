"""CAMT.053, the statement of ISO 20022 (BankToCustomerStatement), versions 02 to 08.

Each booked entry is a line; one that gathers several transfers is one line for each of them, as long
as they add up to it. Read by defusedxml: no entities, nothing fetched.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from donations.services.by_hand import today
from donations.statements.lines import LARGEST, Balances, Line, Problem, Reading, Unreadable

SPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(\d\d)\}")
VERSIONS = range(2, 9)
MOST = 20_000
MOST_HELD = 10**15  # cents
NOTHING = {"NOTPROVIDED", "NONREF", "NOREF", "NOT PROVIDED"}


def looks_like_it(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"


def read(data: bytes) -> Reading:
    """Raises Unreadable."""
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Unreadable(_("This XML file is broken: download it from the bank again.")) from None
    named = SPACE.match(root.tag)
    if named is None:
        raise Unreadable(_("This XML file is not a CAMT.053 statement."))
    if int(named[1]) not in VERSIONS:
        raise Unreadable(
            _("This is version %(number)s of CAMT.053; those from 02 to 08 can be read.")
            % {"number": named[1]}
        )
    for one in root.iter():
        one.tag = one.tag.partition("}")[2]
    statements = root.findall("BkToCstmrStmt/Stmt")
    ibans = {_text(one, "Acct/Id/IBAN") for one in statements}
    if len(ibans) != 1:
        raise Unreadable(_("This file speaks of several accounts: take one file for each."))
    reading = Reading(iban=ibans.pop(), balances=_balances(statements))
    entries = [entry for statement in statements for entry in statement.findall("Ntry")]
    if len(entries) > MOST:
        raise Unreadable(_("This file has too many lines: take a shorter period."))
    for number, entry in enumerate(entries, start=1):
        if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) in ("PDNG", "INFO", "FUTR"):
            continue
        try:
            reading.lines += _lines(number, entry)
        except Unreadable as problem:
            reading.problems.append(Problem(number, str(problem)))
    return reading


def _balances(statements: list[Element]) -> Balances | None:
    """Of all statements of the file, one after the other; None when one of them does not say all, or
    says it in a way we cannot read: no line is refused for that."""
    try:
        told = [_told(one) for one in statements]
    except Unreadable:
        return None
    known = sorted((one for one in told if one), key=lambda one: (one.begins, one.ends))
    if not known or len(known) != len(told):
        return None
    first, last = known[0], known[-1]
    return Balances(first.opening, last.closing, first.begins, last.ends)


def _told(statement: Element) -> Balances | None:
    found: dict[str, Element] = {}
    for one in statement.findall("Bal"):
        found.setdefault(_text(one, "Tp/CdOrPrtry/Cd"), one)
    opens, closes = found.get("OPBD", found.get("PRCD")), found.get("CLBD")
    if opens is None or closes is None:
        return None
    begins = _edge(statement, "Fr") or _day(opens, "Dt")
    if begins and not _edge(statement, "Fr") and "OPBD" not in found:
        begins += timedelta(days=1)  # of the day before
    ends = _edge(statement, "To") or _day(closes, "Dt")
    if begins is None or ends is None or begins > ends:
        return None
    return Balances(_held(opens), _held(closes), begins, ends)


def _edge(statement: Element, side: str) -> date | None:
    """FrDtTm and ToDtTm, in some versions FrDt and ToDt."""
    text = _text(statement, f"FrToDt/{side}DtTm") or _text(statement, f"FrToDt/{side}Dt")
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _held(balance: Element) -> int:
    return _amount(balance.find("Amt"), most=MOST_HELD) * _sign(balance)


def _lines(number: int, entry: Element) -> Iterator[Line]:
    whole = _amount(entry.find("Amt")) * _sign(entry)
    details = entry.findall("NtryDtls/TxDtls")
    parts = [_part(one, entry) for one in details]
    apart = len(details) > 1 and None not in parts and sum(filter(None, parts)) == whole
    if not apart:
        yield _line(number, entry, details[0] if len(details) == 1 else entry, whole)
        return
    for one, amount in zip(details, parts, strict=True):
        yield _line(number, entry, one, amount or 0)


def _part(details: Element, entry: Element) -> int | None:
    amount = details.find("Amt")
    if amount is None:
        amount = details.find("AmtDtls/TxAmt/Amt")
    if amount is None:
        return None
    own = details.find("CdtDbtInd") is not None
    return _amount(amount) * _sign(details if own else entry)


def _line(number: int, entry: Element, told: Element, amount: int) -> Line:
    day = _day(entry, "BookgDt")
    if day is None:
        raise Unreadable(_("The day is missing."))
    if day > today():
        raise Unreadable(
            _("The day %(text)s is still to come.") % {"text": day.strftime("%d/%m/%Y")}
        )
    if not amount:
        raise Unreadable(_("The amount is missing."))
    side = "Dbtr" if amount > 0 else "Cdtr"
    party = f"RltdPties/{side}"
    name = _text(told, f"{party}/Nm") or _text(told, f"{party}/Pty/Nm")
    return Line(
        number=number,
        day=day,
        amount=amount,
        value_day=_day(entry, "ValDt"),
        text=_causale(told, entry),
        name=name[:140],
        iban=_text(told, f"RltdPties/{side}Acct/Id/IBAN")[:34],
        reference=_reference(told, entry)[:140],
    )


def _causale(told: Element, entry: Element) -> str:
    free = [one.text or "" for one in told.findall("RmtInf/Ustrd")]
    free += [one.text or "" for one in told.findall("RmtInf/Strd/CdtrRefInf/Ref")]
    free += [_text(told, "AddtlTxInf")] if not any(free) else []
    free += [_text(entry, "AddtlNtryInf")] if not any(free) else []
    end_to_end = _text(told, "Refs/EndToEndId")
    free += [] if end_to_end.upper() in NOTHING else [end_to_end]
    return " ".join(" ".join(free).split())


def _reference(told: Element, entry: Element) -> str:
    """The bank's own; one of the whole entry stands for its parts too."""
    for place, path in ((told, "Refs/AcctSvcrRef"), (entry, "AcctSvcrRef")):
        found = _text(place, path)
        if found and found.upper() not in NOTHING:
            return found
    return ""


def _sign(element: Element) -> int:
    """Of a reversal the indicator already says which way the money goes."""
    said = _text(element, "CdtDbtInd")
    if said not in ("CRDT", "DBIT"):
        raise Unreadable(_("It does not say whether the money came or went."))
    return 1 if said == "CRDT" else -1


def _amount(element: Element | None, *, most: int = LARGEST) -> int:
    try:
        cents = Decimal((element.text or "").strip()) * 100 if element is not None else None
    except InvalidOperation:
        cents = None
    if cents is None or not cents.is_finite() or cents != cents.to_integral_value() or cents < 0:
        raise Unreadable(_("The amount cannot be read."))
    if element is not None and element.get("Ccy") != "EUR":
        raise Unreadable(_("It is not in euros."))
    if cents > most:
        raise Unreadable(_("The amount cannot be read."))
    return int(cents)


def _day(entry: Element, name: str) -> date | None:
    text = _text(entry, f"{name}/Dt") or _text(entry, f"{name}/DtTm")[:10]
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Unreadable(
            _("“%(text)s” is not a day like those of the other lines.") % {"text": text}
        ) from None


def _text(element: Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())
