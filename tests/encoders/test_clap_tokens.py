import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfbench.encoders.clap.tokens import CONTEXT, clap_tokenizer, read_tokenizer
from sfbench.errors import SfbenchError
from tests.encoders.roberta import full, small, write

IDS, MERGES = small()
TOKENIZER = clap_tokenizer(IDS, MERGES)


def ids(text, tokenizer=TOKENIZER):
    (row,) = tokenizer([text]).tolist()
    assert row[0] == 0
    end = row.index(2)
    assert set(row[end + 1 :]) <= {1}
    return row[1:end]


def test_pieces_are_joined_in_the_order_of_the_merges():
    assert ids("abc") == [IDS["abc"]]
    assert ids("bc") == [IDS["b"], IDS["c"]]
    assert ids("ab") == [IDS["ab"]]


def test_a_space_belongs_to_the_word_that_follows_and_none_is_put_in_front():
    assert ids("abc ab") == [IDS["abc"], IDS["Ġab"]]
    assert ids(" ab") == [IDS["Ġab"]]


def test_case_and_signs_outside_ascii_count_as_bytes():
    assert ids("AB") == [IDS["A"], IDS["B"]]
    assert ids("é") == [IDS["Ã"], IDS["©"]]


def test_rows_are_padded_to_77_and_what_does_not_fit_is_cut_before_the_end():
    assert TOKENIZER([]).shape == (0, CONTEXT)
    assert TOKENIZER([""]).tolist() == [[0, 2, *[1] * 75]]
    (row,) = TOKENIZER(["z" * 200]).tolist()
    assert row == [0, *[IDS["z"]] * 75, 2]


def test_companions_do_not_change_a_row():
    texts = ["abc", "z " * 90, "ab ab", ""]
    assert TOKENIZER(texts).tolist() == [TOKENIZER([text])[0].tolist() for text in texts]


@given(st.text(string.ascii_letters + string.digits + "'!?.,- ", max_size=30))
def test_pieces_spell_the_text(text):
    pieces = {number: piece for piece, number in IDS.items()}
    assert "".join(pieces[number] for number in ids(text)).replace("Ġ", " ") == text


@pytest.mark.parametrize("piece", ["<s>", "<mask>", "Ġ", "a"])
def test_a_vocabulary_that_would_misread_in_silence_is_refused(piece):
    lacking = {one: number for one, number in IDS.items() if one != piece}
    with pytest.raises(SfbenchError, match="not RoBERTa's"):
        clap_tokenizer(lacking, [])


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write(tmp_path_factory.mktemp("roberta"), *full())


def test_the_published_layout_is_read(files):
    tokenizer = read_tokenizer(*files)
    assert tokenizer(["abc ab", "<mask>"])[:, 1:3].tolist() == [[261, 262], [50_264, 2]]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda _: '{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4}', "5 pieces"),
        (lambda text: text[:-9], "is no vocabulary"),
        (lambda text: text.replace("<pad>", "<bos>"), "other special pieces"),
    ],
)
def test_a_smaller_or_another_vocabulary_is_refused(files, tmp_path, change, complaint):
    (tmp_path / "vocab.json").write_text(change(files[0].read_text()))
    with pytest.raises(SfbenchError, match=complaint):
        read_tokenizer(tmp_path / "vocab.json", files[1])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda text: text[:99], "merges, not 50000"),
        (lambda text: text.replace("ab c", "ab é"), "joins ab and é"),
        (lambda text: text.replace("ab c", "a b"), "49999 merges"),
    ],
)
def test_fewer_merges_or_those_of_another_vocabulary_are_refused(
    files, tmp_path, change, complaint
):
    (tmp_path / "merges.txt").write_text(change(files[1].read_text("utf-8")), "utf-8")
    with pytest.raises(SfbenchError, match=complaint):
        read_tokenizer(files[0], tmp_path / "merges.txt")


def test_a_file_that_is_not_there_is_named(files, tmp_path):
    with pytest.raises(SfbenchError, match="none cannot be read"):
        read_tokenizer(files[0], tmp_path / "none")
    with pytest.raises(SfbenchError, match="none is no vocabulary"):
        read_tokenizer(tmp_path / "none", files[1])
