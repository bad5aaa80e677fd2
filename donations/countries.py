"""Every country of ISO 3166-1, in English and Italian as Unicode's CLDR names it."""

from functools import lru_cache

from django.utils.translation import get_language

from donations.words import fold, words

TABLE = """
AD|Andorra|Andorra
AE|United Arab Emirates|Emirati Arabi Uniti
AF|Afghanistan|Afghanistan
AG|Antigua & Barbuda|Antigua e Barbuda
AI|Anguilla|Anguilla
AL|Albania|Albania
AM|Armenia|Armenia
AO|Angola|Angola
AQ|Antarctica|Antartide
AR|Argentina|Argentina
AS|American Samoa|Samoa Americane
AT|Austria|Austria
AU|Australia|Australia
AW|Aruba|Aruba
AX|Åland Islands|Isole Åland
AZ|Azerbaijan|Azerbaigian
BA|Bosnia & Herzegovina|Bosnia ed Erzegovina
BB|Barbados|Barbados
BD|Bangladesh|Bangladesh
BE|Belgium|Belgio
BF|Burkina Faso|Burkina Faso
BG|Bulgaria|Bulgaria
BH|Bahrain|Bahrein
BI|Burundi|Burundi
BJ|Benin|Benin
BL|St. Barthélemy|Saint-Barthélemy
BM|Bermuda|Bermuda
BN|Brunei|Brunei
BO|Bolivia|Bolivia
BQ|Caribbean Netherlands|Caraibi Olandesi
BR|Brazil|Brasile
BS|Bahamas|Bahamas
BT|Bhutan|Bhutan
BV|Bouvet Island|Isola Bouvet
BW|Botswana|Botswana
BY|Belarus|Bielorussia
BZ|Belize|Belize
CA|Canada|Canada
CC|Cocos (Keeling) Islands|Isole Cocos (Keeling)
CD|Congo - Kinshasa|Congo - Kinshasa
CF|Central African Republic|Repubblica Centrafricana
CG|Congo - Brazzaville|Congo-Brazzaville
CH|Switzerland|Svizzera
CI|Côte d’Ivoire|Costa d’Avorio
CK|Cook Islands|Isole Cook
CL|Chile|Cile
CM|Cameroon|Camerun
CN|China|Cina
CO|Colombia|Colombia
CR|Costa Rica|Costa Rica
CU|Cuba|Cuba
CV|Cape Verde|Capo Verde
CW|Curaçao|Curaçao
CX|Christmas Island|Isola Christmas
CY|Cyprus|Cipro
CZ|Czechia|Cechia
DE|Germany|Germania
DJ|Djibouti|Gibuti
DK|Denmark|Danimarca
DM|Dominica|Dominica
DO|Dominican Republic|Repubblica Dominicana
DZ|Algeria|Algeria
EC|Ecuador|Ecuador
EE|Estonia|Estonia
EG|Egypt|Egitto
EH|Western Sahara|Sahara Occidentale
ER|Eritrea|Eritrea
ES|Spain|Spagna
ET|Ethiopia|Etiopia
FI|Finland|Finlandia
FJ|Fiji|Figi
FK|Falkland Islands|Isole Falkland
FM|Micronesia|Micronesia
FO|Faroe Islands|Isole Fær Øer
FR|France|Francia
GA|Gabon|Gabon
GB|United Kingdom|Regno Unito
GD|Grenada|Grenada
GE|Georgia|Georgia
GF|French Guiana|Guyana Francese
GG|Guernsey|Guernsey
GH|Ghana|Ghana
GI|Gibraltar|Gibilterra
GL|Greenland|Groenlandia
GM|Gambia|Gambia
GN|Guinea|Guinea
GP|Guadeloupe|Guadalupa
GQ|Equatorial Guinea|Guinea Equatoriale
GR|Greece|Grecia
GS|South Georgia & South Sandwich Islands|Georgia del Sud e Sandwich Australi
GT|Guatemala|Guatemala
GU|Guam|Guam
GW|Guinea-Bissau|Guinea-Bissau
GY|Guyana|Guyana
HK|Hong Kong|Hong Kong
HM|Heard & McDonald Islands|Isole Heard e McDonald
HN|Honduras|Honduras
HR|Croatia|Croazia
HT|Haiti|Haiti
HU|Hungary|Ungheria
ID|Indonesia|Indonesia
IE|Ireland|Irlanda
IL|Israel|Israele
IM|Isle of Man|Isola di Man
IN|India|India
IO|British Indian Ocean Territory|Territorio Britannico dell’Oceano Indiano
IQ|Iraq|Iraq
IR|Iran|Iran
IS|Iceland|Islanda
IT|Italy|Italia
JE|Jersey|Jersey
JM|Jamaica|Giamaica
JO|Jordan|Giordania
JP|Japan|Giappone
KE|Kenya|Kenya
KG|Kyrgyzstan|Kirghizistan
KH|Cambodia|Cambogia
KI|Kiribati|Kiribati
KM|Comoros|Comore
KN|St. Kitts & Nevis|Saint Kitts e Nevis
KP|North Korea|Corea del Nord
KR|South Korea|Corea del Sud
KW|Kuwait|Kuwait
KY|Cayman Islands|Isole Cayman
KZ|Kazakhstan|Kazakistan
LA|Laos|Laos
LB|Lebanon|Libano
LC|St. Lucia|Saint Lucia
LI|Liechtenstein|Liechtenstein
LK|Sri Lanka|Sri Lanka
LR|Liberia|Liberia
LS|Lesotho|Lesotho
LT|Lithuania|Lituania
LU|Luxembourg|Lussemburgo
LV|Latvia|Lettonia
LY|Libya|Libia
MA|Morocco|Marocco
MC|Monaco|Monaco
MD|Moldova|Moldavia
ME|Montenegro|Montenegro
MF|St. Martin|Saint Martin
MG|Madagascar|Madagascar
MH|Marshall Islands|Isole Marshall
MK|North Macedonia|Macedonia del Nord
ML|Mali|Mali
MM|Myanmar (Burma)|Myanmar (Birmania)
MN|Mongolia|Mongolia
MO|Macao|Macao
MP|Northern Mariana Islands|Isole Marianne Settentrionali
MQ|Martinique|Martinica
MR|Mauritania|Mauritania
MS|Montserrat|Montserrat
MT|Malta|Malta
MU|Mauritius|Mauritius
MV|Maldives|Maldive
MW|Malawi|Malawi
MX|Mexico|Messico
MY|Malaysia|Malaysia
MZ|Mozambique|Mozambico
NA|Namibia|Namibia
NC|New Caledonia|Nuova Caledonia
NE|Niger|Niger
NF|Norfolk Island|Isola Norfolk
NG|Nigeria|Nigeria
NI|Nicaragua|Nicaragua
NL|Netherlands|Paesi Bassi
NO|Norway|Norvegia
NP|Nepal|Nepal
NR|Nauru|Nauru
NU|Niue|Niue
NZ|New Zealand|Nuova Zelanda
OM|Oman|Oman
PA|Panama|Panama
PE|Peru|Perù
PF|French Polynesia|Polinesia Francese
PG|Papua New Guinea|Papua Nuova Guinea
PH|Philippines|Filippine
PK|Pakistan|Pakistan
PL|Poland|Polonia
PM|St. Pierre & Miquelon|Saint-Pierre e Miquelon
PN|Pitcairn Islands|Isole Pitcairn
PR|Puerto Rico|Portorico
PS|Palestine|Palestina
PT|Portugal|Portogallo
PW|Palau|Palau
PY|Paraguay|Paraguay
QA|Qatar|Qatar
RE|Réunion|Riunione
RO|Romania|Romania
RS|Serbia|Serbia
RU|Russia|Russia
RW|Rwanda|Ruanda
SA|Saudi Arabia|Arabia Saudita
SB|Solomon Islands|Isole Salomone
SC|Seychelles|Seychelles
SD|Sudan|Sudan
SE|Sweden|Svezia
SG|Singapore|Singapore
SH|St. Helena|Sant’Elena
SI|Slovenia|Slovenia
SJ|Svalbard & Jan Mayen|Svalbard e Jan Mayen
SK|Slovakia|Slovacchia
SL|Sierra Leone|Sierra Leone
SM|San Marino|San Marino
SN|Senegal|Senegal
SO|Somalia|Somalia
SR|Suriname|Suriname
SS|South Sudan|Sud Sudan
ST|São Tomé & Príncipe|São Tomé e Príncipe
SV|El Salvador|El Salvador
SX|Sint Maarten|Sint Maarten
SY|Syria|Siria
SZ|Eswatini|Eswatini
TC|Turks & Caicos Islands|Isole Turks e Caicos
TD|Chad|Ciad
TF|French Southern Territories|Terre Australi Francesi
TG|Togo|Togo
TH|Thailand|Thailandia
TJ|Tajikistan|Tagikistan
TK|Tokelau|Tokelau
TL|Timor-Leste|Timor Est
TM|Turkmenistan|Turkmenistan
TN|Tunisia|Tunisia
TO|Tonga|Tonga
TR|Türkiye|Turchia
TT|Trinidad & Tobago|Trinidad e Tobago
TV|Tuvalu|Tuvalu
TW|Taiwan|Taiwan
TZ|Tanzania|Tanzania
UA|Ukraine|Ucraina
UG|Uganda|Uganda
UM|U.S. Outlying Islands|Isole Minori Esterne degli Stati Uniti
US|United States|Stati Uniti
UY|Uruguay|Uruguay
UZ|Uzbekistan|Uzbekistan
VA|Vatican City|Città del Vaticano
VC|St. Vincent & Grenadines|Saint Vincent e Grenadine
VE|Venezuela|Venezuela
VG|British Virgin Islands|Isole Vergini Britanniche
VI|U.S. Virgin Islands|Isole Vergini Americane
VN|Vietnam|Vietnam
VU|Vanuatu|Vanuatu
WF|Wallis & Futuna|Wallis e Futuna
WS|Samoa|Samoa
YE|Yemen|Yemen
YT|Mayotte|Mayotte
ZA|South Africa|Sudafrica
ZM|Zambia|Zambia
ZW|Zimbabwe|Zimbabwe
"""
ITALY = "IT"
NEAR = ("SM", "VA", "FR", "CH", "AT", "SI")
_ENGLISH: dict[str, str] = {}
ITALIAN: dict[str, str] = {}
for _row in TABLE.split("\n")[1:-1]:
    _code, _english, _italian = _row.split("|")
    _ENGLISH[_code], ITALIAN[_code] = _english, _italian
# as spreadsheets write them too, without case, accents and signs
_ALSO = {
    "inghilterra": "GB", "england": "GB", "gran bretagna": "GB", "great britain": "GB", "uk": "GB",
    "scozia": "GB", "galles": "GB", "usa": "US", "stati uniti d america": "US",
    "united states of america": "US", "olanda": "NL", "holland": "NL", "repubblica ceca": "CZ",
    "czech republic": "CZ", "vaticano": "VA", "turkey": "TR", "birmania": "MM", "burma": "MM",
    "bielorussia": "BY", "russian federation": "RU", "repubblica di san marino": "SM",
    "repubblica italiana": "IT",
}  # fmt: skip


def choices() -> list[tuple[str, str]]:
    """Italy, her neighbours, then the others, in the reader's language and its order."""
    return _ordered("it" if (get_language() or "it").startswith("it") else "en")


def is_code(text: str) -> bool:
    """Of two capitals, ISO 3166-1."""
    return text in ITALIAN


def code_of(text: str) -> str:
    """IT for “it”, “Italia” and “Italy”; empty for what is no country."""
    typed = " ".join(words(text))
    return typed.upper() if typed.upper() in ITALIAN else _by_name().get(typed, "")


@lru_cache(maxsize=2)
def _ordered(language: str) -> list[tuple[str, str]]:
    names = ITALIAN if language == "it" else _ENGLISH
    first = (ITALY, *NEAR)
    rest = sorted(names.keys() - set(first), key=lambda code: fold(names[code]))
    return [(code, names[code]) for code in (*first, *rest)]


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    both = [*ITALIAN.items(), *_ENGLISH.items()]
    return {" ".join(words(name)): code for code, name in both} | _ALSO
