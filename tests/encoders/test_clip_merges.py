import pytest

from sfbench.encoders.clip.merges import (
    learn_merges,
    merges_text,
    read_small_tokenizer,
    small_tokenizer,
)
from sfbench.errors import SfbenchError

TEXTS = ["an ambulance siren wailing", "a car's horn honking (twice)"]


def test_every_word_that_was_learnt_is_one_token():
    tokenizer = small_tokenizer(learn_merges(TEXTS))
    (row,) = tokenizer(["a siren honking"]).tolist()
    start, end = tokenizer.vocabulary - 2, tokenizer.vocabulary - 1
    assert row[0] == start and row[4] == end and set(row[5:]) == {0} and len(row) == 16
    assert tokenizer(TEXTS).max() == end


def test_other_words_fall_into_pieces_that_have_ids():
    tokenizer = small_tokenizer(learn_merges(TEXTS))
    assert 2 < (tokenizer(["zebra"])[0] > 0).sum() <= 7


def test_a_file_gives_the_same_tokenizer(tmp_path):
    ranks = learn_merges(TEXTS)
    (tmp_path / "merges.txt").write_text(merges_text(ranks))
    read = read_small_tokenizer(tmp_path / "merges.txt")
    assert (read.ranks, read.vocabulary) == (ranks, 514 + len(ranks))


@pytest.mark.parametrize("text", ["", "a b\n", "#version: sfbench 1\nthree pieces here\n"])
def test_another_file_is_refused(text, tmp_path):
    (tmp_path / "merges.txt").write_text(text)
    with pytest.raises(SfbenchError, match=r"merges\.txt"):
        read_small_tokenizer(tmp_path / "merges.txt")
