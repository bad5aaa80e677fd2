from campaigns.channels import registry
from campaigns.channels.base import Draft, Limits, Media, Published

LINK = "https://www.example.org/s/Ab3dE6gH"


def test_the_registry_opens_the_wall():
    assert registry.connect("wall").publish(Draft("ciao"), "d-1") == Published("d-1", "")
    assert ("wall", registry.channel("wall").label) in registry.choices()


def test_a_complete_post_has_no_problem():
    picture = Media(b"x", "image/jpeg", 10, 10, "Una piazza")
    assert registry.connect("wall").check(Draft(f"Vieni {LINK}", LINK, (picture,))) == []


def test_what_an_editor_must_change_is_named():
    wall = registry.connect("wall")
    nameless = Media(b"x", "image/tiff", 10, 10, " ")

    def codes(draft):
        return [problem.code for problem in wall.check(draft)]

    assert codes(Draft("")) == ["empty"]
    assert codes(Draft("senza", LINK)) == ["link_missing"]
    assert codes(Draft("x", media=(nameless,))) == ["media_kind", "alt_missing"]
    assert codes(Draft("x", media=(Media(b"", "image/png", 1, 1, "a"),) * 5))[0] == "media_many"


def test_a_joined_emoji_counts_once():
    (count,) = registry.connect("wall").count(Draft("👩‍👩‍👧‍👦 è"))
    assert (count.used, count.limit, count.over) == (3, None, 0)


def test_limits_survive_storage():
    limits = Limits(text=500, link_length=23, mimes=("image/png",))
    assert Limits.from_dict(limits.as_dict()) == limits
    assert Limits.from_dict({"text": 5, "unheard_of": 1}) == Limits(text=5)


def test_limits_that_no_server_tells_are_todays_not_the_stored_ones():
    assert registry.connect("wall", limits=Limits(media=1)).fetch_limits() == Limits()
