import pytest

from sfbench.benchmark_files import benchmark_folder
from sfbench.curation.recipe import SplitRule, read_recipe
from sfbench.curation.source import Candidate
from sfbench.curation.split import split_of
from sfbench.errors import SfbenchError

RECIPE = benchmark_folder("curation") / "vgg-c.toml"


def test_the_recipe_gives_every_label_a_family_and_a_reason():
    recipe = read_recipe("vgg-c")
    assert len(recipe.labels) == 22
    assert {row.family for row in recipe.labels} == {
        "aircraft",
        "craft",
        "rail",
        "road",
        "siren",
        "working vehicle",
    }
    assert all(len(row.reason) > 20 for row in recipe.labels)
    assert recipe.family("railroad car, train wagon") == "rail"
    assert recipe.family("dog barking") is None


def test_comments_do_not_change_a_recipes_hash_and_thresholds_do(tmp_path):
    text = RECIPE.read_text()
    (tmp_path / "same.toml").write_text("# a comment\n" + text)
    (tmp_path / "other.toml").write_text(text.replace("min_seconds = 4.0", "min_seconds = 5.0"))
    own = read_recipe("vgg-c").sha256
    assert read_recipe(str(tmp_path / "same.toml")).sha256 == own
    assert read_recipe(str(tmp_path / "other.toml")).sha256 != own


@pytest.mark.parametrize(
    "old, new, complaint",
    [
        ("format = 1", "format = 2", "format 2"),
        ("silent_dbfs", "silent_db", "silent_db"),
        ("test_share = 1.0", "test_share = 3.0", "test_share"),
        ("[split]", "[[split]]", "split"),
    ],
)
def test_a_recipe_that_cannot_be_used_says_which_field(tmp_path, old, new, complaint):
    path = tmp_path / "bad.toml"
    path.write_text(RECIPE.read_text().replace(old, new))
    with pytest.raises(SfbenchError, match=complaint):
        read_recipe(str(path))


def test_a_split_depends_on_the_recording_alone():
    rule = SplitRule(test_share=0.3, seed=0)
    ids = [f"video{index}" for index in range(2000)]
    splits = [split_of(Candidate(id=f"{one}_a", recording=one), rule) for one in ids]
    assert splits == [split_of(Candidate(id=f"{one}_b", recording=one), rule) for one in ids]
    assert splits.count("test") / len(ids) == pytest.approx(0.3, abs=0.03)
