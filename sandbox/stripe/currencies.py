"""Currencies Stripe takes, and the smallest amounts.

https://docs.stripe.com/currencies
"""

WORDS = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp"
    " byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip"
    " gmd gnf gtq gyd hkd hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd"
    " kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok"
    " npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos"
    " srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer"
    " zar zmw"
)
CURRENCIES = WORDS.split()
MINIMUM = {"gbp": 30, "sek": 300, "nok": 300, "dkk": 250, "pln": 200, "czk": 1500, "huf": 17500}
SIGN = {"eur": "€", "usd": "$", "gbp": "£"}


def minimum(currency: str) -> int:
    """In the smallest unit; what is not in the table counts as fifty."""
    return MINIMUM.get(currency, 50)


def written(amount: int, currency: str) -> str:
    """As Stripe's messages write money: ``€0.50``."""
    return f"{SIGN.get(currency, '')}{amount // 100:,}.{amount % 100:02d}"


def in_italian(amount: int, currency: str) -> str:
    """As our pages write it: ``1.234,50 €``."""
    whole = f"{amount // 100:,}".replace(",", ".")
    return f"{whole},{amount % 100:02d} {SIGN.get(currency, currency.upper())}"
