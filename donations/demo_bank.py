"""The demonstration's bank: two promised transfers, and a statement on which one of them has come.

Everything is invented. What the lines are is left to whoever looks at the demonstration.
"""

from datetime import timedelta
from uuid import UUID

from donations import issuer
from donations.forms import GiftForm
from donations.models import BankStatement, Donation, Fund, Payout
from donations.services import Details, promise_transfer
from donations.services.by_hand import today
from donations.services.statements import bring, look, remember, take_in
from donations.statements import csv_file

# first name, last name, euros, fund
PROMISES = (("Teresa", "Bianchini", 60, "donoday"), ("Luca", "Pedrana", 20, "emporion"))
HEADER = "Data contabile;Data valuta;Importo;Descrizione operazione;Ordinante;IBAN ordinante;CRO"


def load(tokens: list[UUID]) -> None:
    """`tokens`: one form for each promise."""
    account = issuer.account()
    if account is None:
        return
    promises = [_promise(token, *one) for token, one in zip(tokens, PROMISES, strict=True)]
    if BankStatement.objects.exists():
        return
    sent = Payout.objects.filter(status=Payout.Status.PAID).first()
    data = _statement(promises[0].transfer.readable, sent).encode("cp1252")
    statement, _new = bring(data=data, name="movimenti.csv", iban=account.iban, by=None)
    table = csv_file.table(data)
    remember(account=statement.account, table=table, columns=csv_file.guess(table.header))
    if look(statement).new:
        take_in(statement=statement)


def _promise(token: UUID, first: str, last: str, euros: int, fund: str) -> Donation:
    if known := Donation.objects.filter(form_token=token, transfer__isnull=False).first():
        return known
    return promise_transfer(
        form_token=token,
        amount=euros * 100,
        fund=Fund.objects.get(slug=fund),
        donor=Details(
            email=f"{first}.{last}@example.org".lower(), first_name=first, last_name=last
        ),
        language="it",
        consents={"privacy": str(GiftForm.notice)},
    ).donation


def _statement(reference: str, sent: Payout | None) -> str:
    """One that is sure, one that only looks like a gift, one that is none, one that went out, and
    what came from Stripe."""
    rows = [
        (2, "60,00", f"BONIFICO A VOSTRO FAVORE {reference}", "BIANCHINI TERESA", "A2000000011"),
        (2, "35,00", "EROGAZIONE LIBERALE GRAZIE", "GIANOLI NADIA", "A2000000012"),
        (1, "15,00", "QUOTA SOCIALE", "NERI UGO", "A2000000013"),
        (1, "-4,50", "COMPETENZE E SPESE", "", ""),
    ]
    if sent:
        amount = f"{sent.amount // 100},{sent.amount % 100:02}"
        rows.append((1, amount, "STRIPE PAYOUT", "STRIPE TECHNOLOGY EUROPE LTD", "A2000000014"))
    lines = []
    for days, amount, text, name, number in rows:
        day = (today() - timedelta(days=days)).strftime("%d/%m/%Y")
        lines.append(f"{day};{day};{amount};{text};{name};;{number}")
    return "\r\n".join([HEADER, *lines])
