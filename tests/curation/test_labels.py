from collections import Counter

import pytest

from sfbench.benchmark_files import benchmark_folder
from sfbench.curation.labels import names_sha256, read_labels
from sfbench.errors import SfbenchError

TABLE = benchmark_folder("curation") / "labels" / "vggsound.toml"


@pytest.fixture(scope="module")
def rows():
    return read_labels("vggsound")


def test_every_one_of_the_309_labels_has_one_fate(rows):
    assert len({row.label for row in rows}) == len(rows) == 309
    fates = Counter(row.fate for row in rows)
    assert fates == {"core": 22, "extended": 21, "ambience": 13, "excluded": 253}


def test_the_labels_are_those_of_vggsound(rows):
    from sfbench.curation.vggsound.vggsounder import installed_table

    classes = (installed_table().parent / "classes.csv").read_text().splitlines()[1:]
    real = [line.split(",", 2)[2].strip('"') for line in classes]
    assert sorted(real) == [row.label for row in rows]


def test_every_label_has_a_reason_and_every_sound_that_goes_on_a_prompt_in_plain_words(rows):
    assert all(len(row.reason) > 10 for row in rows)
    kept = [row for row in rows if row.fate != "excluded"]
    assert all(row.family and row.prompt for row in kept)
    words = {word for row in kept for word in row.prompt.split()}
    assert all(word.isalpha() and word.islower() for word in words)
    prompts = [row.prompt for row in kept]
    assert len(set(prompts)) == len(prompts)


@pytest.mark.parametrize(
    "old, new, complaint",
    [
        ('label = "skidding"', 'label = "slipping"', "misspelled or unknown"),
        ('label = "skidding"', 'label = "airplane"', "'airplane' more than once"),
        ('    "thunder",\n', "", "names 308 labels"),
        ('fate = "ambience"', 'fate = "maybe"', "'maybe' is no fate"),
        ('prompt = "tires squealing on the road"\n', "", "needs a family and a prompt"),
        ('reason = "the engine runs throughout"', 'reason = ""', "has no reason"),
        ("format = 1", "format = 2", "format 2"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path, old, new, complaint):
    text = TABLE.read_text()
    assert old in text
    (tmp_path / "bad.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(SfbenchError, match=complaint):
        read_labels("bad.toml", tmp_path)


def test_the_hash_of_names_does_not_depend_on_their_order():
    assert names_sha256(["b", "a"]) == names_sha256(["a", "b"]) != names_sha256(["a", "c"])
