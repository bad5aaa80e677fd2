"""What the block picker shows of each block: words of ours, pictures and pages of the library."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from wagtail.documents import get_document_model
from wagtail.images import get_image_model


def picture() -> Any:
    """A picture of the library, None while it is empty."""
    return get_image_model().objects.order_by("pk").first()


def _first(label: str) -> Any:
    return apps.get_model(label).objects.order_by("pk").first()


def _figure(caption: str = "Le prime cassette sono andate alla scuola.") -> dict[str, Any]:
    return {"image": picture(), "caption": caption}


QUOTE = {
    "words": "Ballerine tra casse, prodotti e carrelli: che danzino sulle punte.",
    "who": "Dal biglietto appeso in cassa 2",
}
PARAGRAPHS = "<p>Accanto alla cassa c’è lo scaffale che preferiamo: quello relazionale.</p>"

SAMPLES: dict[str, Callable[[], Any]] = {
    "TextBand": lambda: {"heading": "Dentro, e intorno", "text": PARAGRAPHS},
    "Picture": _figure,
    "Gallery": lambda: {"heading": "Un sabato di mele", "pictures": [_figure(""), _figure("")]},
    "Quote": lambda: QUOTE,
    "ColumnQuote": lambda: QUOTE,
    "Paragraphs": lambda: PARAGRAPHS,
    "Pair": lambda: {"pictures": [_figure(), _figure()]},
    "Note": lambda: {"title": "Quindici euro fanno la spesa di un giorno.", "text": PARAGRAPHS},
    "Steps": lambda: {
        "heading": "Come funziona la somma",
        "steps": [
            {"title": "Si arriva", "text": "Un colloquio, non un esame."},
            {"title": "Si sceglie", "text": "Fra gli scaffali, quello che serve."},
            {"title": "Si restituisce", "text": "Due ore in cassa, una torta, un passaggio."},
        ],
    },
    "Questions": lambda: {
        "heading": "Domande che ci fanno",
        "questions": [{"question": "Dove finiscono i miei soldi?", "answer": PARAGRAPHS}],
    },
    "Documents": lambda: {
        "heading": "Carte da scaricare",
        "documents": list(get_document_model().objects.order_by("pk")[:2]),
    },
    "Counters": lambda: {
        "heading": "I conti di quest’anno",
        "counters": [
            {"number": 48210, "what": "valori scambiati all’Emporion"},
            {"number": 22, "what": "comuni, dal fondovalle all’ultima contrada"},
        ],
    },
    "Actions": lambda: {
        "heading": "Tre modi di fare la somma",
        "actions": [
            {
                "page": _first("cms.ActionPage"),
                "image": picture(),
                "text": "Un mercato vero, dove la spesa si paga in tempo.",
            }
        ],
    },
    "News": lambda: {"heading": "Dicono, facciamo, succede"},
    "Pillars": lambda: {
        "heading": "Tre pilastri",
        "pillars": [
            {
                "name": "Cooperazione",
                "text": "Il lavoro lo creano.",
                "partners": ["Il Filo Doppio"],
            },
            {"name": "Volontariato", "text": "Il tempo lo regalano.", "partners": ["Il Banco"]},
            {"name": "Ente pubblico", "text": "La porta è aperta.", "partners": ["I comuni"]},
        ],
    },
    "Volunteers": lambda: {
        "heading": "Cercansi poeti",
        "lead": "Ci servono due ore la settimana e una cosa che sai fare.",
        "email": "volontari@segnipositivi.example",
        "button": "Mi metto in gioco",
        "skills": [{"image": picture(), "name": "Poeti", "text": "Per trovare le parole."}],
    },
    "Thermometer": lambda: {
        "campaign": _first("campaigns.Campaign"),
        "lead": "Aiutaci ad aprire lo scaffale d’inverno.",
    },
    "Amounts": lambda: {
        "heading": "Quanto fa?",
        "amounts": [
            {"euros": 15, "meaning": "La spesa di un giorno per quattro"},
            {"euros": 50, "meaning": "La spesa di una settimana per due"},
        ],
    },
    "GiftForm": lambda: {
        "heading": "Quanto aggiungi?",
        "tone": "lume",
        "text": "Scegli una cifra, o scrivi la tua.",
        "amounts": [
            {"euros": 15, "meaning": "La spesa di un giorno per quattro"},
            {"euros": 50, "meaning": "La spesa di una settimana per due"},
        ],
        "button": "Aggiungi il tuo",
    },
    "DonateCall": lambda: {
        "heading": "Aggiungi il tuo",
        "tone": "sole",
        "text": "50 € sono la spesa di una settimana per due.",
        "button": "Aggiungi il tuo",
        "euros": 50,
    },
    "DonorWall": lambda: {
        "heading": "Chi c’è già",
        "campaign": _first("campaigns.Campaign"),
        "number": 60,
    },
    "Wall": lambda: {"heading": "Il muro", "number": 3},
}


class Sampled:
    """For blocks named in SAMPLES: the picker shows them with a value made when it is asked for."""

    def get_preview_value(self) -> Any:
        return self.normalize(SAMPLES[type(self).__name__]())  # type: ignore[attr-defined]
