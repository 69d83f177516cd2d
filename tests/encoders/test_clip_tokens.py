import gzip
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfbench.encoders.clip.tokens import Tokenizer, read_merges
from sfbench.errors import SfbenchError
from tests.encoders.vocabulary import MERGES, merges, write_vocabulary

START, END = 49_406, 49_407
TOKENIZER = Tokenizer({("a", "b"): 5, ("ab", "c</w>"): 2, ("b", "c</w>"): 9, ("a", "a"): 7})


def ids(text, tokenizer=TOKENIZER):
    (row,) = tokenizer([text]).tolist()
    assert row[0] == START
    assert set(row[row.index(END) + 1 :]) <= {0}
    return row[1 : row.index(END)]


def letter(sign, last=False):
    return ord(sign) - ord("!") + 256 * last


def test_the_lowest_rank_merges_first():
    assert ids("abc") == [512 + 2]
    assert ids("bc") == [512 + 9]
    assert ids("xab") == [letter("x"), letter("a"), letter("b", last=True)]


def test_a_pair_merges_from_the_left():
    assert ids("aaax") == [512 + 7, letter("a"), letter("x", last=True)]


def test_case_spacing_and_entities_are_forgotten():
    assert ids("  ABC \n\t abc") == ids("abc abc") == [514, 514]
    assert ids("x &amp; y") == ids("x & y") == ids("x &amp;amp; y")


def test_digits_stand_alone_and_signs_together():
    one, two = letter("1", last=True), letter("2", last=True)
    assert ids("12") == [one, two]
    assert ids("?!") == [letter("?"), letter("!", last=True)]
    assert ids("it's") == [letter("i"), letter("t", True), letter("'"), letter("s", True)]


def test_an_empty_text_is_start_and_end():
    assert TOKENIZER([""])[0, :3].tolist() == [START, END, 0]
    assert TOKENIZER([]).shape == (0, 77)


def test_what_does_not_fit_is_cut_and_the_end_stays():
    row = TOKENIZER(["z " * 200])[0]
    assert row[-1] == END
    assert (row[1:-1] == letter("z", last=True)).all()


@pytest.mark.parametrize("text", ["café", "&eacute;", "bell\x07"])
def test_signs_outside_ascii_are_refused(text):
    with pytest.raises(SfbenchError, match="letters of English"):
        TOKENIZER([text])


@given(st.text(string.ascii_letters + string.digits + "'!?.,- ", max_size=40))
def test_pieces_spell_the_text(text):
    pieces = {number: piece for piece, number in TOKENIZER.ids.items()}
    spelt = "".join(pieces[number] for number in ids(text)).replace("</w>", "")
    assert spelt == "".join(text.lower().split())


def test_the_published_layout_is_read(tmp_path):
    ranks = read_merges(write_vocabulary(tmp_path / "vocabulary.txt.gz"))
    assert len(ranks) == MERGES
    assert ranks.items() >= merges().items()


def test_another_file_is_refused(tmp_path):
    with pytest.raises(SfbenchError, match="holds 99 merges"):
        read_merges(write_vocabulary(tmp_path / "short.txt.gz", count=99))
    for name, data in (("plain", b"no gzip"), ("torn", gzip.compress(b"a b\n" * 99)[:-4])):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SfbenchError, match="cannot be read"):
            read_merges(tmp_path / name)
