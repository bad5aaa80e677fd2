"""The gift form: what it asks, and the sentences it answers with when something is amiss."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from brand.bilingual import NO_WORDS, Words
from donations import issuer, offered
from donations.fields import FundField, MailField, NameField, WordsField
from donations.form_tokens import token_of
from donations.models import Fund, GivingSettings, Interval, SuggestedAmount
from donations.money import BadAmount, Limits, parse_amount, plain, within_limits
from donations.person_forms import MailAskedAbout, PersonForm, right_kind_of_code
from donations.premium_forms import PremiumFields
from donations.services import Meant
from donations.services.donor_wall import Signature
from donations.tribute_forms import TributeFields

FREE = "libero"
BY_CARD, BY_TRANSFER = "carta", "bonifico"
PIECES = "pezzi-"  # and the row's key
MOST_PIECES = 200
ONCE = "una"
EVERY = {
    ONCE: "",
    "mese": Interval.MONTH.value,
    "trimestre": Interval.QUARTER.value,
    "anno": Interval.YEAR.value,
}
RHYTHMS = [
    (ONCE, _("Once")),
    ("mese", Interval.MONTH.label),
    ("trimestre", Interval.QUARTER.label),
    ("anno", Interval.YEAR.label),
]


def _by_the_piece(value: str) -> SuggestedAmount | None:
    """`pezzi-7` → the row 7, when it is given by the piece."""
    key = value.removeprefix(PIECES)
    if key == value or not re.fullmatch(r"[0-9]{1,12}", key):
        return None
    rows = SuggestedAmount.objects.exclude(many="").filter(pk=key, fund__active=True)
    return rows.select_related("fund").first()


@dataclass(frozen=True)
class Choice:
    """A button of the form. Cents; `costs`: what can be added for the payment."""

    amount: int
    meaning: Words
    costs: int

    @property
    def total(self) -> int:
        return self.amount + self.costs


class GiftForm(PersonForm, MailAskedAbout, TributeFields, PremiumFields):
    """`cleaned_data["amount"]` is in cents, `["fund"]` a Fund. `notice` and the words of `letter`
    are logged with the gift as they were shown."""

    notice = _("We use your data for the gift and for what the law asks of us.")
    letter = _("Send me the letter of the month by mail too. I can stop it whenever I want.")
    wall = _("Write my name among those who gave. I can have it taken off whenever I want.")
    nameless = _("Without my name: write “anonymous”.")
    objection = _("Do not tell the Agenzia delle Entrate of my gifts.")
    token = forms.CharField(widget=forms.HiddenInput)
    campagna = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    cifre = forms.CharField(required=False, max_length=offered.SEALED)
    frequenza = forms.ChoiceField(
        label=_("How often"),
        required=False,
        initial=ONCE,
        choices=RHYTHMS,
        error_messages={"invalid_choice": _("Choose how often you give.")},
    )
    importo = forms.CharField(
        max_length=30, error_messages={"required": _("Choose how much you add.")}
    )
    prova = forms.CharField(required=False)  # what the browser worked out: donations.proof
    sito = forms.CharField(required=False)  # people do not see it: who fills it in is none
    cifra = forms.CharField(label=_("Your amount, in euros"), required=False, max_length=30)
    quante = forms.IntegerField(
        label=_("How many of them"),
        required=False,
        min_value=1,
        max_value=MOST_PIECES,
        error_messages={
            "invalid": _("Write how many, in figures: for example 3."),
            "min_value": _("Choose at least one."),
            "max_value": _("These are too many at once: choose a free amount, or write to us."),
        },
    )
    fondo = FundField(
        label=_("Where it goes"),
        queryset=Fund.objects.none(),
        to_field_name="slug",
        empty_label=None,
        error_messages={
            "required": _("Choose where your gift goes."),
            "invalid_choice": _("This choice is no longer open to gifts: choose another one."),
        },
    )
    spese = forms.BooleanField(required=False)
    email = MailField(
        label=_("Mail"),
        widget=forms.EmailInput,
        max_length=254,
        error_messages={"required": _("Write your mail address: the receipt goes there.")},
    )
    modo = forms.ChoiceField(
        label=_("How you pay"),
        required=False,
        choices=[
            (BY_CARD, _("Card, account or phone wallet")),
            (BY_TRANSFER, _("Bank transfer")),
        ],
    )
    ente = NameField(label=_("Name of the organisation"), required=False, max_length=120)
    lettera = forms.BooleanField(label=letter, required=False)
    muro = forms.BooleanField(label=wall, required=False)
    anonimo = forms.BooleanField(label=nameless, required=False)
    firma = NameField(label=_("How we write it"), required=False, max_length=120)
    parole = WordsField(label=_("Two words for whoever reads"), required=False, max_length=200)
    opposizione = forms.BooleanField(label=objection, required=False)

    field_order = (
        *("token", "campagna", "frequenza", "importo", "cifra", "quante", "fondo", "spese"),
        *("nome", "cognome", "email"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        funds = self.fields["fondo"]
        assert isinstance(funds, forms.ModelChoiceField)
        funds.queryset = Fund.objects.filter(active=True)
        if not self.is_bound:
            self._choose_first()

    @cached_property
    def by_transfer(self) -> bool:
        """Whether transfers are taken."""
        return issuer.takes_transfers()

    def _choose_first(self) -> None:
        """What is ticked when the page opens: what the address asks for, else the second amount."""
        if self.initial.get("importo") == PIECES:
            self.initial["importo"] = self.pieces_value
        if not self.initial.get("importo") and (rows := self.choices):
            self.initial["importo"] = plain(rows[min(1, len(rows) - 1)].amount)

    @property
    def chosen_fund(self) -> Fund | None:
        """The fund whose amounts the form shows: the one asked for, else the first."""
        funds = list(Fund.objects.filter(active=True))
        asked = self["fondo"].value()
        slug = asked.slug if isinstance(asked, Fund) else asked
        return next((fund for fund in funds if fund.slug == slug), funds[0] if funds else None)

    @property
    def free_chosen(self) -> bool:
        """The free amount: said so, or any amount that no button shows."""
        value = self["importo"].value()
        shown = [plain(row.amount) for row in self.choices]
        return bool(value) and value not in shown and value != self.pieces_value

    @property
    def own_choice(self) -> Choice | None:
        """The free amount, where it can be read."""
        try:
            return self._choice(parse_amount(str(self["cifra"].value() or ""), self.limits))
        except BadAmount:
            return None

    @property
    def rhythms(self) -> list[dict[str, Any]]:
        """For the buttons; one is always chosen."""
        value = self["frequenza"].value()
        chosen = value if value in EVERY else ONCE
        return [{"value": key, "label": label, "chosen": key == chosen} for key, label in RHYTHMS]

    @property
    def pieces_choice(self) -> Choice | None:
        """As many pieces as the form says, one to begin with."""
        if not (row := self.counted):
            return None
        try:
            number = int(self["quante"].value() or 1)
        except ValueError:
            return None
        return self._choice(row.amount * number) if 1 <= number <= MOST_PIECES else None

    @cached_property
    def counted(self) -> SuggestedAmount | None:
        """What the chosen fund gives by the piece; once sent, what was ticked."""
        fund = self.chosen_fund
        own = fund.suggested_amounts.exclude(many="").first() if fund else None
        return _by_the_piece(str(self.data.get("importo", ""))) or own

    @property
    def pieces_value(self) -> str:
        return f"{PIECES}{self.counted.pk}" if self.counted else ""

    @cached_property
    def covering(self) -> GivingSettings:
        return GivingSettings.load()

    @property
    def limits(self) -> Limits:
        return self.covering.limits

    def _choice(self, amount: int, meaning: Words = NO_WORDS) -> Choice:
        return Choice(amount, meaning, self.covering.costs_of(amount))

    @property
    def signature(self) -> Signature | None:
        """What the donor wall says, once the form is valid; None without a yes to it."""
        data = self.cleaned_data
        if not data["muro"]:
            return None
        if data["anonimo"]:
            return Signature(name="", words=data["parole"])
        own = data["ente"] or f"{data['nome']} {data['cognome']}"
        name = data["firma"] or own[:120]
        return Signature(name=name, words=data["parole"], own=name.casefold() == own.casefold())

    @property
    def minimum(self) -> int:
        return self.limits.minimum

    @property
    def maximum(self) -> int:
        return self.limits.maximum

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        return [
            ("libero", gettext("How much"), sentence)
            if name == "importo"
            else (name, label, sentence)
            for name, label, sentence in super().problems
            if name != "token"
        ]

    @cached_property
    def of_the_page(self) -> offered.Amounts:
        """The amounts of the page that led here, in its own words."""
        theirs = offered.shown(str(self["cifre"].value() or ""))
        return [row for row in theirs if row.cents in self.limits]

    @cached_property
    def carried(self) -> str:
        """The same, for the form to be sent with."""
        return offered.sealed(self.of_the_page)

    @cached_property
    def choices(self) -> list[Choice]:
        """Those of the page that led here; else up to five of the chosen fund (of the first fund that
        has some, if it has none)."""
        if self.of_the_page:
            return [self._choice(row.cents, row.meant) for row in self.of_the_page]
        taken = (self.limits.minimum, self.limits.maximum)
        rows = SuggestedAmount.objects.filter(fund__active=True, amount__range=taken).order_by(
            "fund__position", "fund__name", "amount"
        )
        fund = self.chosen_fund
        own = [row for row in rows if fund and row.fund_id == fund.pk]
        shown = own or [row for row in rows if row.fund_id == rows[0].fund_id]
        return [self._choice(row.amount, row.meant) for row in shown[:5]]

    @property
    def transfer_chosen(self) -> bool:
        return self["modo"].value() == BY_TRANSFER

    def clean_frequenza(self) -> str:
        return self.cleaned_data["frequenza"] or ONCE

    def clean_token(self) -> uuid.UUID:
        return token_of(self.cleaned_data["token"])

    def clean_modo(self) -> str:
        chosen = self.cleaned_data["modo"] or BY_CARD
        if chosen == BY_TRANSFER and not self.by_transfer:
            raise ValidationError(gettext("We cannot take transfers now: choose another way."))
        if chosen == BY_TRANSFER and self.cleaned_data.get("frequenza", ONCE) != ONCE:
            sentence = gettext("A transfer is made once: for a recurring gift choose a card.")
            raise ValidationError(sentence)
        return str(chosen)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self._read_amount(data)
        add = data.get("spese") and self.covering.offer_costs and "amount" in data
        add = add and data.get("modo") != BY_TRANSFER
        data["covered"] = self.covering.costs_of(data["amount"]) if add else 0
        if data["wish"] and data.get("frequenza", ONCE) != ONCE:
            sentence = gettext(
                "A gift for somebody is made once: choose “once” above, or empty this."
            )
            self.add_error("dedicato", sentence)
        data["premium"] = self.read_premium(data, amount=data.get("amount"))
        right_kind_of_code(self, data)
        self.ask_about_mail(data.get("email", ""))
        return data

    def _read_amount(self, data: dict[str, Any]) -> None:
        chosen = data.get("importo")
        data["meant"] = Meant()
        if chosen is None:
            return
        if chosen.startswith(PIECES):
            self._read_pieces(chosen, data)
            return
        free = chosen == FREE
        try:
            typed = data.get("cifra", "") if free else chosen
            data["amount"] = amount = parse_amount(typed, self.limits)
            words = (row.meant for row in self.of_the_page if row.cents == amount)
            data["meant"] = Meant(next(words, NO_WORDS))
        except BadAmount as error:
            self.add_error("cifra" if free else "importo", str(error))

    def _read_pieces(self, chosen: str, data: dict[str, Any]) -> None:
        if "quante" in self.errors or not (fund := data.get("fondo")):
            return
        found = _by_the_piece(chosen)
        if found is None:
            self.add_error("importo", gettext("Choose how much you add."))
        elif found.fund != fund:
            sentence = gettext("“%(what)s” goes to %(fund)s: choose it below, or another amount.")
            said = {"what": found.several, "fund": found.fund.called}
            self.add_error("importo", sentence % said)
        else:
            number = data.get("quante") or 1
            try:
                data["amount"] = within_limits(found.amount * number, self.limits)
            except BadAmount as error:
                self.add_error("quante", str(error))
            data["meant"] = Meant(found.single if number == 1 else found.several, number)
