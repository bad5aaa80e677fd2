"""Two ways of counting, written apart, must agree: the channel's and the stand-in server's."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns.channels import mastodon, text
from campaigns.channels.facets import facets
from sandbox import graphemes
from sandbox.mastodon import text as server

PIECES = st.sampled_from(
    [
        *("https://", "http://", "HTTPS://", "www.", "example", "donoday", ".org", ".it", ".test"),
        *("/s/Ab3dE6gH", "?a=1&b=2", "#qui", ":8000", "/", "?", "(", ")", ".", ",", "!", " ", "\n"),
        *("@rete", "@mastodon.uno", "@", "è", "e\u0301", "#DonoDay", "à", "xn--p1ai", "127.0.0.1"),
        *("👩‍👩‍👧‍👦", "👍🏽", "🇮🇹", "🇫", "\u200d", "\ufe0f", "❤️", "한", "ㅎ", "ก็", "\r\n", "_", "-", "x"),
    ]
)  # fmt: skip
WORDS = st.text(st.characters(codec="utf-8", max_codepoint=0x2FF, categories=["L", "N", "P"]))
TEXTS = st.lists(st.one_of(PIECES, PIECES, WORDS), max_size=14).map("".join)


@given(TEXTS)
@settings(max_examples=500, deadline=None)
@example("https://a.itè1 @a@b@c https://a.it/(b)(c.d)?x=!")
@example("https://donoday.test/x https://a.it.donoday.test @a.@b xn--p1ai")
def test_mastodon_counts_agree(words):
    assert mastodon.length(words) == server.length(words)


@given(st.one_of(TEXTS, st.text(st.characters(codec="utf-8", max_codepoint=0x8FF), max_size=40)))
@settings(max_examples=500, deadline=None)
def test_graphemes_agree(words):
    assert text.graphemes(words) == graphemes.count(words)


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_facets_are_whole_pieces_of_the_text_in_order(words):
    raw, place = words.encode(), 0
    for facet in facets(words, lambda handle: "did:plc:anyone"):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        assert place <= start < end <= len(raw)
        piece = raw[start:end].decode()
        (feature,) = facet["features"]
        assert piece in {feature.get("uri"), f"#{feature.get('tag')}"} or piece.startswith("@")
        place = end
