"""The words of the demonstration site. Body, persons and figures are invented."""

from typing import Any

from wagtail.rich_text import RichText

LEAD = (
    "Capita a tutti un anno storto. In Valtellina 28 organizzazioni si sono messe insieme perché "
    "nessuno lo attraversi da solo: si fa la spesa, si trova un lavoro, si torna a cena con qualcuno."
)
LEGAL = {
    "body": "Rete Segni Positivi ETS",
    "address": "Via delle Contrade 12",
    "city": "23100 Sondrio (SO)",
    "fiscal_code": "99999990148",
    "iban": "IT60X0542811101000000123456",
    "runts_section": "altri enti del Terzo settore",
    "runts_number": "000000",
    "privacy_text": "<p>Il server e la posta li tiene per noi la Cooperativa Il Filo Doppio, che con "
    "i dati fa solo quello.</p>",
}
BRAND = {
    "name": "segni positivi",
    "claim": "una valle più vicina",
    "description": "Una rete di 28 organizzazioni che in Valtellina aiuta chi attraversa un momento "
    "difficile. Con la spesa, il lavoro, la compagnia.",
    "email": "ciao@segnipositivi.example",
    "press_email": "stampa@segnipositivi.example",
    "phone": "0342 000 000",
    "hours": "dal lunedì al venerdì, 9–12.30",
    "foot_note": "Sito dimostrativo: l’ente, le persone e le cifre sono inventati.",
}
PROFILES = [
    ("Mastodon", "https://sociale.example/@segnipositivi"),
    ("Bluesky", "https://blu.example/profile/segnipositivi.example"),
]
NEWS = {"title": "Notizie", "slug": "notizie", "show_in_menus": True,
        "summary": "Che cosa succede nelle azioni della rete, e che cosa dicono di noi."}  # fmt: skip
AMOUNTS = [
    {
        "euros": 15,
        "meaning": "La spesa di un giorno per una famiglia di quattro persone",
        "meaning_en": "A day’s groceries for a family of four",
    },
    {
        "euros": 50,
        "meaning": "La spesa di una settimana per due",
        "meaning_en": "A week’s groceries for two",
    },
    {
        "euros": 150,
        "meaning": "La spesa di un mese per due",
        "meaning_en": "A month’s groceries for two",
    },
    {
        "euros": 300,
        "meaning": "La spesa di un mese intero per quattro",
        "meaning_en": "A whole month’s groceries for four",
    },
]


def actions(pictures: dict[str, Any], funds: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "title": "Emporion",
            "slug": "emporion",
            "show_in_menus": True,
            "fund": funds["emporion"],
            "picture": pictures["emporion"],
            "summary": "Un mercato vero, con i carrelli e le mele lucide. Manca solo una cosa: gli "
            "euro. Qui la spesa si paga in valori, e i valori sono tempo.",
            "story_title": "Dentro, e intorno",
            "story": "<p>Accanto alla cassa c’è lo scaffale che preferiamo: quello relazionale. Non "
            "ci trovi cose, ci trovi persone.</p><ul><li>Compiti e merenda per i più piccoli, il "
            "martedì e il giovedì</li><li>Un corso di cucina con quello che c’è</li><li>Lo "
            "sportello per bollette e bandi, senza gergo</li><li>La spesa a casa per chi ha più di "
            "settantacinque anni</li></ul>",
            "facts_title": "Orari e indirizzi",
            "hours": [
                ("row", {"days": "Lunedì e mercoledì", "hours": "9.00–12.30"}),
                ("row", {"days": "Venerdì", "hours": "14.30–18.30"}),
                ("row", {"days": "Primo sabato del mese", "hours": "9.00–12.00"}),
            ],
            "facts": "<p>Via delle Contrade 12, Sondrio<br/>Si entra dal cortile, senza gradini.</p>"
            '<p><a href="tel:+390342000000">0342 000 000</a></p>',
            "opening": [
                ("steps", {"heading": "Come funziona la somma", "steps": [
                    {"title": "Si arriva", "text": "Un colloquio, non un esame. Si guarda insieme com’è il mese e si decide per quanto: tre, sei, dodici mesi."},
                    {"title": "Si sceglie", "text": "Ogni famiglia ha una tessera con i suoi valori. Passa fra gli scaffali, prende quello che le serve, lascia quello che non le piace."},
                    {"title": "Si restituisce", "text": "Due ore in cassa, una torta, una lezione di arabo, un passaggio. Chi riceve dà, e la tessera si chiude alla pari."},
                ]}),
                ("counters", {"heading": "Quest’anno, fino a ieri", "tone": "notte", "counters": [
                    {"number": 212, "what": "famiglie con la tessera in tasca"},
                    {"number": 94, "what": "famiglie che l’hanno chiusa, perché l’anno è girato"},
                    {"number": 11300, "what": "ore restituite, una alla volta"},
                ]}),
                ("gift_form", {"heading": "Metti una spesa nel carrello", "tone": "lume", "text": "Chi la prende non sa da chi viene. Tu sai dove va.", "fund": funds["emporion"], "amounts": [], "button": "Aggiungi il tuo"}),
            ],
            "quote": [("quote", {"words": "Ballerine tra casse, prodotti e carrelli: che danzino sulle punte muovendo passi leggeri.", "who": "Dal biglietto appeso in cassa 2"})],
        },
        {
            "title": "Cantieri",
            "slug": "cantieri",
            "show_in_menus": True,
            "fund": funds["cantieri"],
            "picture": pictures["cantieri"],
            "summary": "Chi ha perso il lavoro ripara sentieri, frutteti e muri a secco. Con un "
            "contratto, una paga e un mestiere in più.",
            "story_title": "Un muro alla volta",
            "story": "<p>I muri a secco non hanno malta: tengono perché ogni pietra ne regge "
            "un’altra. Ci è sembrato un buon modo di ricominciare.</p>",
        },
        {
            "title": "Diffuso",
            "slug": "diffuso",
            "show_in_menus": True,
            "fund": funds["diffuso"],
            "picture": pictures["diffuso"],
            "summary": "Le relazioni, paese per paese: una tavolata, un passaggio in auto, i "
            "compiti insieme.",
            "story_title": "La porta accanto",
            "story": "<p>Non serve un progetto per portare una sedia in cortile. Serve qualcuno "
            "che telefoni per primo: ci pensiamo noi.</p>",
        },
    ]  # fmt: skip


def articles(pictures: dict[str, Any]) -> list[tuple[int, int, dict[str, Any]]]:
    """Days ago, which action, the page's fields."""
    mele = [
        ("paragraphs", RichText("<p>Il telefono ha squillato un lunedì. Dall’altra parte, una voce che si scusava: «Ho le mele mature e la schiena rotta. Se venite a prenderle sono vostre».</p><p>Erano tre ettari di terrazze sopra il paese, piantati da un padre e tenuti da un figlio che di anni ne ha ottanta. Nessuno, da due autunni, aveva più le braccia per raccogliere.</p><p>Abbiamo fatto girare la voce nel modo che conosciamo: un messaggio sul canale, un foglio in cassa all’Emporion, due righe in bacheca alla scuola. Pensavamo di essere in dieci. Il sabato, alle sette e mezza, eravamo in sessantadue.</p><h2>Chi c’era</h2><p>C’erano i ragazzi dei Cantieri, che i muri di quelle terrazze li avevano rimessi in piedi in primavera. C’era una squadra di pallavolo al completo. C’erano nove famiglie che all’Emporion fanno la spesa, e che quel giorno hanno restituito ore per tutto l’inverno.</p>")),
        ("quote", {"words": "«Non mi sono mai sentita aiutata, qui. Mi sono sentita utile: è un’altra cosa, e dura di più.»", "who": "Una mamma di tre figli, dalle terrazze"}),
        ("pair", {"pictures": [{"image": pictures["scuola"], "caption": "Le prime cassette sono andate alla scuola."}, {"image": pictures["sentiero"], "caption": "Il sentiero dei muri bassi, riaperto a giugno."}]}),
        ("paragraphs", RichText("<h2>Dove sono adesso</h2><ul><li>Ventidue quintali sugli scaffali: valgono un valore ogni due chili.</li><li>Otto alle mense di quattro scuole.</li><li>Dieci dal trasformatore: torneranno a Natale, in barattolo.</li></ul><p>Il signore al telefono, intanto, ci ha richiamato. Dice che a marzo c’è da potare.</p>")),
        ("note", {"title": "Quindici euro fanno la spesa di un giorno per quattro.", "text": RichText('<p>Mele comprese. <a href="/dona/">Aggiungi il tuo</a></p>')}),
    ]  # fmt: skip
    short = lambda words: [("paragraphs", RichText(f"<p>{words}</p>"))]  # noqa: E731
    return [
        (2, 0, {"title": "Quaranta quintali di mele che non volevano cadere", "slug": "quaranta-quintali-di-mele", "picture": pictures["mele"], "author": "Redazione della rete", "summary": "Tre frutteti, sessanta volontari, un furgone in prestito. Com’è finito sugli scaffali il raccolto che nessuno aveva più le braccia per fare.", "body": mele}),
        (7, 1, {"title": "Il sentiero dei muri bassi riapre, e questa volta drena", "slug": "il-sentiero-riapre", "picture": pictures["sentiero"], "summary": "Due chilometri, cinquanta scalini, quattro mesi di lavoro.", "body": short("Sabato si cammina: si parte dalla chiesa alle nove, con le scarpe buone. I Cantieri raccontano pietra per pietra come si fa un muro che lascia passare l’acqua.")}),
        (14, 2, {"title": "Una tavolata lunga come la piazza: 214 coperti, zero plastica", "slug": "una-tavolata-lunga", "picture": pictures["diffuso"], "summary": "Ognuno ha portato una sedia e uno che non conosceva.", "body": short("Si era detto alle otto. Alle sette e mezza mancavano già le sedie, e sono arrivate dalle finestre.")}),
        (18, 2, {"title": "Quaderni, zaini, occhiali: partono 190 buoni", "slug": "partono-190-buoni", "picture": pictures["scuola"], "summary": "Per la scuola che ricomincia.", "body": short("I buoni si spendono nelle cartolerie della valle. Chi non ne ha bisogno può lasciarne uno sospeso.")}),
        (27, 0, {"title": "«La spesa che si paga in ore»: il servizio della radio locale", "slug": "la-spesa-in-ore", "summary": "Rassegna stampa.", "body": short("Dodici minuti in onda, fra le casse e gli scaffali, un venerdì pomeriggio.")}),
    ]  # fmt: skip


def campaign(pictures: dict[str, Any], funds: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": "#DonoDay",
        "slug": "donoday",
        "show_in_menus": True,
        "fund": funds["donoday"],
        "picture": pictures["dono"],
        "summary": "Un dono non si misura in euro, ma lo scaffale d’inverno sì. Dicci che cos’è per "
        "te donare, con una foto e #IldonoXme. E se puoi, aggiungi il tuo.",
        "wall_title": "Il muro di #IldonoXme",
        "wall_text": "Quello che abbiamo detto finora, qui e sui social. Questa pagina non carica "
        "niente da altri siti.",
        "body": [
            ("amounts", {"heading": "Quanto fa?", "amounts": AMOUNTS, "fund": funds["donoday"], "note": "Vale anche un’altra cifra: ogni euro diventa spesa, nessuno va in pubblicità."}),
            ("donor_wall", {"heading": "Chi c’è già", "tone": "lume", "text": "Chi ha donato e ha voluto dirlo.", "number": 60}),
            ("faq", {"heading": "Domande che ci fanno", "tone": "soft", "questions": [
                {"question": "Dove finiscono i miei soldi?", "answer": RichText("<p>Nello scaffale d’inverno: frutta, latticini, pane e le ore di chi li porta. A fine campagna pubblichiamo quanto è entrato, quanto è uscito e per che cosa, al centesimo.</p>")},
                {"question": "Posso detrarre la donazione?", "answer": RichText("<p>Se doni con carta o addebito sul conto, la ricevuta dice quello che serve. Per la dichiarazione chiedi al tuo CAF.</p>")},
                {"question": "Non ho soldi da dare. Partecipo lo stesso?", "answer": RichText("<p>Certo. Un’ora, una foto, una parola buona: il Giorno del Dono è nato per questo.</p>")},
            ]}),
        ],
    }  # fmt: skip


DONATE: dict[str, Any] = {
    "title": "Che cosa fa il tuo dono",
    "slug": "che-cosa-fa-il-tuo-dono",
    "summary": "Cifre che vogliono dire qualcosa: quelle della spesa, di un giorno o di un mese.",
    "body": [
        ("amounts", {"heading": "Quanto fa?", "amounts": AMOUNTS}),
        ("donate", {"heading": "Un’altra cifra", "text": "Decidi tu, da 2 € in su. Un minuto, quattro righe.", "button": "Aggiungi il tuo", "euros": 25}),
    ],
}  # fmt: skip
NETWORK: dict[str, Any] = {
    "title": "La rete",
    "slug": "la-rete",
    "show_in_menus": True,
    "summary": "Ventotto organizzazioni, tre pilastri, un tavolo solo.",
    "body": [("pillars", {"heading": "Tre pilastri, ventotto firme", "pillars": [
        {"name": "Cooperazione", "text": "Le cooperative sociali, che il lavoro lo creano.", "partners": ["Cooperativa sociale L’Orto di Sopra", "Cooperativa Il Filo Doppio", "e altre sette"]},
        {"name": "Volontariato", "text": "Le associazioni, che il tempo lo regalano.", "partners": ["Banco del Giovedì", "Amici del Sentiero Basso", "e altre undici"]},
        {"name": "Ente pubblico", "text": "I comuni e le scuole, che la porta la tengono aperta.", "partners": ["Unione dei Comuni di Mezza Valle", "Istituto comprensivo Le Contrade", "e altri quattro"]},
    ], "closing": "Si decide insieme, ogni mese, attorno allo stesso tavolo."})],
}  # fmt: skip


def home_bands(
    pictures: dict[str, Any], actions: list[Any], campaign: Any, funds: dict[str, Any]
) -> list[Any]:
    texts = ["Un mercato di comunità. Le famiglie scelgono la spesa e la pagano in «valori»: il tempo che restituiscono agli altri.", "Chi ha perso il lavoro ripara sentieri, frutteti e muri a secco. Con un contratto, una paga e un mestiere in più.", "Le relazioni, paese per paese: una tavolata, un passaggio in auto, i compiti insieme."]  # fmt: skip
    bands: list[Any] = [
        ("counters", {"heading": "I conti di quest’anno", "quiet": True, "counters": [
            {"number": 48210, "what": "valori scambiati all’Emporion: la spesa si paga così, senza euro"},
            {"number": 1936, "what": "persone coinvolte, tra chi riceve e chi dà (spesso le stesse)"},
            {"number": 640, "what": "metri di muri a secco rimessi in piedi dai Cantieri"},
            {"number": 22, "what": "comuni, dal fondovalle all’ultima contrada"},
        ]}),
        ("actions", {"heading": "Tre modi di fare la somma", "tone": "soft", "actions": [
            {"page": page, "image": page.picture, "text": text} for page, text in zip(actions, texts, strict=True)
        ]}),
        ("news", {"heading": "Dicono, facciamo, succede"}),
        ("volunteers", {"heading": "Cercansi maratoneti, poeti e astronauti", "tone": "lume", "lead": "Ma non solo. Ci servono due ore la settimana e una cosa che sai fare. Metti qui il tuo segno positivo.", "email": "volontari@segnipositivi.example", "button": "Mi metto in gioco", "skills": [
            {"image": pictures["maratoneti"], "name": "Maratoneti", "text": "Per i turni lunghi: casse, scaffali, furgone del giovedì. Chi ama i numeri e le persone."},
            {"image": pictures["poeti"], "name": "Poeti", "text": "Per trovare le parole: racconti, volantini, una telefonata fatta bene."},
            {"image": pictures["astronauti"], "name": "Astronauti", "text": "Per vedere la valle dall’alto: bilanci, turni, inventario. Precisione e calma."},
        ]}),
        NETWORK["body"][0],
        ("donate", {"heading": "Aggiungi il tuo", "tone": "sole", "text": "50 € sono la spesa di una settimana per due. Ma vale anche un’altra cifra.", "button": "Aggiungi il tuo", "euros": 50}),
    ]  # fmt: skip
    bands.insert(0, ("thermometer", {"campaign": campaign, "fund": funds["donoday"], "lead": "Scatta una foto di quello che per te vuol dire donare, scrivi #IldonoXme e aiutaci ad aprire lo scaffale d’inverno."}))  # fmt: skip
    return bands
