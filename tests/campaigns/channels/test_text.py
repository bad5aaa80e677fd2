import pytest

from campaigns.channels.bluesky import record_key
from campaigns.channels.facets import facets
from campaigns.channels.mastodon import length, mentions
from campaigns.channels.text import graphemes, hashtags, links, opening

LINK = "https://www.example.org/s/Ab3dE6gH"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("perché", 6),
        ("perche\u0301", 6),
        ("👍🏽", 1),
        ("🇮🇹🇫🇷", 2),
        ("👩‍👩‍👧‍👦", 1),
        ("a\r\nb", 3),
    ],
)
def test_graphemes_are_what_a_reader_counts(text, expected):
    assert graphemes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Dona: {LINK}.", [LINK]),
        (f"({LINK})", [LINK]),
        ("https://it.wikipedia.org/wiki/Segno_(semiotica)!", ["https://it.wikipedia.org/wiki/Segno_(semiotica)"]),
        (f"«{LINK}» e {LINK}?x=1&y=2", [LINK, f"{LINK}?x=1&y=2"]),
        ("ftp://example.org http:// xhttps://a.it", []),
    ],
)  # fmt: skip
def test_links_end_before_the_punctuation_around_them(text, expected):
    assert [span.value for span in links(text)] == expected


def test_hashtags_are_letters_digits_and_underscores():
    text = f"#DonoDay2026 #perché, (#più_vicini) #2026 a#no {LINK}#qui #日本語"
    assert [span.value for span in hashtags(text)] == [
        "DonoDay2026",
        "perché",
        "più_vicini",
        "日本語",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" * 500, 500),
        (f"Ciao {LINK}", 5 + 23),
        (f"Ciao {LINK}?a={'b' * 200}", 5 + 23),
        ("Grazie @rete@mastodon.uno", len("Grazie @rete")),
        ("scrivi a info@example.org", len("scrivi a info@example.org")),
        ("http://127.0.0.1:8000/s/Ab3dE6gH", len("http://127.0.0.1:8000/s/Ab3dE6gH")),
        ("https://rete.test/s/Ab3dE6gH", len("https://rete.test/s/Ab3dE6gH")),
        ("https://a.it.", 24),
        ("https://a.it/(b)", 23),
    ],
)
def test_mastodon_counts_links_short_and_mentions_without_domain(text, expected):
    assert length(text) == expected


def test_facets_point_at_bytes():
    text = f"Perché 👩‍👩‍👧‍👦 #DonoDay con @rete.bsky.social e @nessuno.example.org: {LINK}"
    found = facets(text, {"rete.bsky.social": "did:plc:rete"}.get)
    raw = text.encode()
    pieces = [raw[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode() for f in found]
    assert pieces == ["#DonoDay", "@rete.bsky.social", LINK]
    assert found[0]["features"][0]["tag"] == "DonoDay"
    assert found[1]["features"][0]["did"] == "did:plc:rete"
    assert found[2]["features"][0]["uri"] == LINK


def test_a_mail_address_is_no_mention_and_a_huge_tag_no_facet():
    assert facets("info@rete.bsky.social #" + "a" * 65, lambda handle: "did:plc:x") == []


def test_a_record_key_is_a_tid_of_the_key_alone():
    keys = [record_key(f"delivery-{number}") for number in range(2000)]
    assert len(set(keys)) == 2000
    assert all(len(key) == 13 and key[0] in "234567abcdefghij" for key in keys)
    assert record_key("delivery-7") == keys[7]


def test_a_status_is_recognised_by_its_own_link_only():
    shown = '<p>Vieni <a href="{0}"><span class="invisible">https://</span><span>{1}</span></a></p>'
    assert mentions(shown.format(LINK, LINK[8:]), LINK)
    assert mentions(f"<p>Vieni {LINK}</p>", LINK)
    assert not mentions(shown.format(LINK + "x", LINK[8:] + "x"), LINK)


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("Vieni {link} #DonoDay", "Vieni #DonoDay"),
        ("Leggi https://esempio.it/una/pagina?x=1, poi vieni.", "Leggi, poi vieni."),
        ("Uno due tre quattro cinque sei sette", "Uno due tre…"),
        ("x" * 40, "x" * 15 + "…"),
        ("https://esempio.it/a", "https://esempio…"),
        ("{link}", "{link}"),
    ],
)
def test_a_text_is_called_by_its_first_words(text, called):
    short = len(called) if called.endswith("…") else 80
    assert opening(text, max(short, 16)) == called
