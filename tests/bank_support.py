"""Statements as banks write them."""

from collections.abc import Iterable
from datetime import date, timedelta

from donations.models import BankLine, BankStatement
from donations.services.by_hand import today
from donations.services.statements import bring, look, remember, take_in
from donations.statements import csv_file
from transfer_support import IBAN

HEADER = "Data contabile;Data valuta;Importo;Descrizione operazione;Ordinante;IBAN ordinante;CRO"
MARIA_IBAN = "IT28W8000000292100645211208"
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>1</MsgId><CreDtTm>2026-11-01T00:00:00</CreDtTm></GrpHdr>
<Stmt><Id>1</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"""
ENTRY = """<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>
<Sts>{status}</Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>
<AcctSvcrRef>{ref}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<RltdPties><Dbtr>{name}</Dbtr><DbtrAcct><Id><IBAN>{payer}</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def row(
    amount: str = "25,00",
    text: str = "BONIFICO",
    *,
    day: date | None = None,
    name: str = "ROSSI MARIA",
    payer: str = MARIA_IBAN,
    cro: str = "",
) -> str:
    written = (day or today() - timedelta(days=1)).strftime("%d/%m/%Y")
    return f"{written};{written};{amount};{text};{name};{payer};{cro}"


def csv_of(rows: Iterable[str], *, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows]).encode("cp1252") + b"\r\n"


def camt_of(*entries: str, version: str = "02", iban: str = IBAN) -> bytes:
    return CAMT.format(version=version, iban=iban, entries="".join(entries)).encode()


def entry(amount: str = "25.00", text: str = "BONIFICO", **changes: str) -> str:
    usual = {
        "currency": "EUR",
        "side": "CRDT",
        "status": "BOOK",
        "day": (today() - timedelta(days=1)).isoformat(),
        "ref": "ABC1",
        "name": "<Nm>Maria Rossi</Nm>",
        "payer": MARIA_IBAN,
    }
    return ENTRY.format(amount=amount, text=text, **usual | changes)


def brought(data: bytes, *, name: str = "novembre.csv") -> BankStatement:
    """With its columns as their names say."""
    statement, _new = bring(data=data, name=name, iban="" if data[:1] == b"<" else IBAN, by=None)
    seen = look(statement)
    if seen.table:
        columns = csv_file.guess(seen.table.header)
        remember(account=statement.account, table=seen.table, columns=columns)
    return statement


def imported(*rows: str) -> list[BankLine]:
    """The lines that came in with it, in the order of the file."""
    statement = brought(csv_of(rows))
    take_in(statement=statement)
    return list(statement.lines.order_by("number"))
