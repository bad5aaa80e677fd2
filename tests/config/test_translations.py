"""`check_translations`: Italian is complete, and no two rooms quarrel over a word."""

import pytest
from django.core.management import call_command
from django.utils.translation import gettext, override

from config.management.commands.check_translations import check, quarrels

ENTRY = 'msgctxt "{about}"\nmsgid "{word}"\nmsgstr "{italian}"\n\n'


@pytest.fixture
def room(tmp_path):
    def make(name, *entries, source=""):
        folder = tmp_path / name / "locale/it/LC_MESSAGES"
        folder.mkdir(parents=True)
        written = [
            ENTRY.format(about=about, word=word, italian=italian).replace('msgctxt ""\n', "")
            for about, word, italian in entries
        ]
        (folder / "django.po").write_text('msgid ""\nmsgstr ""\n\n' + "".join(written))
        (tmp_path / name / "words.py").write_text(source)
        return tmp_path / name

    return make


def test_one_word_with_two_translations_is_told(room):
    profile, bank = (
        room("posts", ("", "Account", "Profilo")),
        room("books", ("", "Account", "Conto")),
    )
    (told,) = quarrels([profile, bank])
    assert "posts and books differ on 'Account'" in told


def test_a_context_settles_it(room):
    profile = room("posts", ("", "Account", "Profilo"))
    assert not quarrels([profile, room("books", ("ledger", "Account", "Conto"))])


def test_a_word_is_looked_up_with_its_context(room):
    source = '_("Account")\npgettext("ledger", "Account")\n'
    both = [("", "Account", "Profilo"), ("ledger", "Account", "Conto")]
    assert not check(room("both", *both, source=source))
    assert check(room("one", both[0], source=source)) == ["one: not in Italian: 'Account' (ledger)"]
    left = check(room("two", *both, source='_("Account")'))
    assert left == ["two: translated but not used: 'Account' (ledger)"]


def test_who_looked_before_the_catalogues_were_compiled_looks_again(room, settings):
    """The first start of a fresh clone: its demonstration once spoke English."""
    folder = room("greetings", ("", "A word of this test", "Una parola di questa prova"))
    settings.BASE_DIR, settings.LOCALE_PATHS = folder.parent, [folder / "locale"]
    with override("it"):
        assert gettext("A word of this test") == "A word of this test"
    call_command("compile_catalogues")
    with override("it"):
        assert gettext("A word of this test") == "Una parola di questa prova"
