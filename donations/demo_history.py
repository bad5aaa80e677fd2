"""The demonstration's years before: gifts that were kept in a spreadsheet, brought in as a treasurer
would, and the months since then closed, but for the last one.

Everything is invented. Loaded again it goes on where it stopped, and then changes nothing.
"""

import csv
import io
from datetime import date, timedelta

from django.contrib.auth import get_user_model

from donations.models import ClosedMonth, Fund, GiftImport
from donations.services import closing, importing
from donations.services.by_hand import today
from donations.services.figures import Month
from people import roles

NAME = "doni-di-prima.csv"
HEADINGS = ("Data", "Importo", "Nome", "Cognome", "Mail", "Codice fiscale", "Modo", "Riferimento")
# first name, last name, codice fiscale
PEOPLE = (
    ("Ada", "Bonfanti", "BNFDAA68L41I829H"),
    ("Piero", "Salvetti", "SLVPRI55C12F712R"),
    ("Lucia", "Moretti", "MRTLCU71T50L175Y"),
    ("Yusuf", "Demir", "DMRYSF83D04Z243R"),
    ("Marta", "Codega", "CDGMRT79M57F712A"),
    ("Giovanni", "Tognini", "TGNGNN62H22I829O"),
    ("Elena", "Rigamonti", "RGMLNE90P60L175Z"),
    ("Marco", "Pedranzini", "PDRMRC58B14I829N"),
    ("Anna", "Gusmeroli", "GSMNNA49E47F712E"),
    ("Carlo", "Scherini", ""),
    ("Rosa", "Bulanti", ""),
    ("Fausto", "Negrini", ""),
)
# of last year: month → (whose, day, euros, how) …; of this year up to the month before this one: the
# same months with other people, so that some have come back and some have not
LAST_YEAR = {
    1: ((0, 14, 30, "Bonifico"), (9, 20, 10, "Contanti")),
    2: ((1, 11, 25, "Bonifico"),),
    3: ((2, 5, 100, "Bonifico"), (10, 19, 15, "Contanti")),
    4: ((3, 8, 20, "Bonifico"), (0, 22, 30, "Bonifico")),
    5: ((7, 16, 50, "Assegno"),),
    6: ((4, 3, 40, "Bonifico"), (11, 28, 20, "Contanti")),
    7: ((8, 9, 200, "Bonifico"),),
    8: ((0, 27, 30, "Bonifico"),),
    9: ((5, 12, 150, "Bonifico"), (1, 30, 25, "Bonifico")),
    10: ((6, 4, 35, "Bonifico"), (2, 4, 50, "Bonifico"), (9, 4, 20, "Contanti")),
    11: ((7, 21, 50, "Assegno"),),
    12: ((0, 13, 60, "Bonifico"), (3, 18, 40, "Bonifico"), (8, 23, 300, "Bonifico")),
}
THIS_YEAR = {
    1: ((4, 15, 45, "Bonifico"),),
    2: ((0, 12, 40, "Bonifico"), (10, 20, 15, "Contanti")),
    3: ((5, 9, 150, "Bonifico"),),
    4: ((1, 16, 30, "Bonifico"), (6, 28, 50, "Bonifico")),
    5: ((2, 6, 120, "Bonifico"),),
    6: ((9, 18, 20, "Contanti"), (0, 30, 40, "Bonifico")),
    7: ((3, 10, 25, "Bonifico"),),
    8: ((5, 21, 80, "Bonifico"),),
    9: ((1, 14, 30, "Bonifico"), (4, 25, 60, "Bonifico")),
    10: ((0, 5, 70, "Bonifico"), (6, 16, 35, "Bonifico"), (10, 24, 20, "Contanti")),
    11: ((2, 13, 55, "Bonifico"),),
}


def load() -> None:
    batch = GiftImport.objects.filter(name=NAME).first() or _file()
    if batch.state == GiftImport.State.OPEN:
        importing.start(batch=batch)
    importing.work()
    batch.refresh_from_db()
    if batch.state == GiftImport.State.DONE:
        _close(Month(date(batch.at.year - 1, 1, 1)))


def _file() -> GiftImport:
    batch = importing.load(name=NAME, data=_sheet().encode(), by=None)
    batch.fund = Fund.objects.get(slug="emporion")
    batch.save(update_fields=["fund"])
    return batch


def _sheet() -> str:
    day, text = today(), io.StringIO()
    sheet = csv.writer(text, delimiter=";")
    sheet.writerow(HEADINGS)
    number = 0
    for year, months in ((day.year - 1, LAST_YEAR), (day.year, THIS_YEAR)):
        for month, gifts in months.items():
            for who, at, euros, how in gifts:
                given = date(year, month, at)
                if given >= day.replace(day=1):
                    continue
                first, last, code = PEOPLE[who]
                number += 1
                sheet.writerow(
                    (f"{given:%d/%m/%Y}", euros, first, last, _mail(first, last), code, how, number)
                )
    return text.getvalue()


def _mail(first: str, last: str) -> str:
    return f"{first}.{last}@example.org".lower()


def _close(month: Month) -> None:
    """One after the other, but for the last that is over: that one is for who looks at this. What a
    month lacks is for a person to see, and stops the rest."""
    treasurer = get_user_model().objects.filter(groups__name=roles.TREASURY).first()
    last = Month((today().replace(day=1) - timedelta(days=1)).replace(day=1))
    while month.first_day < last.first_day:
        if not ClosedMonth.objects.filter(first_day=month.first_day).exists():
            try:
                closing.close(month=month, by=treasurer)
            except closing.CannotClose:
                return
        month = month.next
