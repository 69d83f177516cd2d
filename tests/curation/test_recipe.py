import pytest

from sfbench.benchmark_files import benchmark_folder
from sfbench.curation.recipe import SplitRule, read_recipe
from sfbench.curation.source import Candidate
from sfbench.curation.split import split_of
from sfbench.errors import SfbenchError

RECIPE = benchmark_folder("curation") / "vgg-c.toml"


def test_the_recipe_keeps_22_labels_in_6_families():
    recipe = read_recipe("vgg-c")
    kept = {row.label: recipe.family(row.label) for row in recipe.labels.rows}
    families = {family for family in kept.values() if family}
    assert sum(family is not None for family in kept.values()) == 22
    assert families == {"aircraft", "craft", "rail", "road", "siren", "working vehicle"}
    assert recipe.family("railroad car, train wagon") == "rail"
    assert recipe.family("vacuum cleaner cleaning floors") is None
    assert recipe.family("dog barking") is None
    assert recipe.family(None) is None
    assert recipe.row("police car (siren)").prompt == "a police siren wailing"


def test_a_recipe_may_keep_more_fates_and_becomes_another(tmp_path):
    more = RECIPE.read_text().replace('["core"]', '["core", "extended"]')
    (tmp_path / "more.toml").write_text(more)
    recipe = read_recipe(str(tmp_path / "more.toml"))
    assert recipe.family("vacuum cleaner cleaning floors") == "household machine"
    assert recipe.sha256 != read_recipe("vgg-c").sha256


def test_a_recipe_brings_its_own_labels_from_a_table_beside_it(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text(RECIPE.read_text().replace('"vggsound"', '"hums.toml"'))
    table = tmp_path / "hums.toml"
    table.write_text(
        'format = 1\n[[groups]]\nfate = "core"\nfamily = "hum"\n'
        'labels = [{ label = "mains hum", prompt = "a hum", reason = "never ends" }]\n'
    )
    monkeypatch.chdir("/")
    recipe = read_recipe(str(tmp_path / "mine.toml"))
    assert recipe.family("mains hum") == "hum"
    before = recipe.sha256
    table.write_text(table.read_text().replace("never ends", "goes on"))
    assert read_recipe(str(tmp_path / "mine.toml")).sha256 != before


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
        ('["core"]', '["core", "excluded"]', "core, extended, ambience"),
        ('["core"]', "[]", "core, extended, ambience"),
        ('"vggsound"', '"nosuch"', "choose from vggsound"),
        ('"vggsound"', '"nosuch.toml"', "nosuch.toml"),
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
