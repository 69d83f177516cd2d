import pytest

from sfbench.curation.curate import foresee
from sfbench.curation.recipe import read_recipe
from sfbench.curation.simulated import SimulatedSource
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.curation.steps.split import SplitStep
from sfbench.errors import SfbenchError


def recipe_with(tmp_path, keep):
    text = (
        f'extends = "basic"\nname = "half"\nsteps = ["split", "health"]\n[split]\nkeep = {keep}\n'
    )
    (tmp_path / "half.toml").write_text(text)
    return read_recipe(str(tmp_path / "half.toml"))


def test_a_clip_of_another_split_is_dropped_and_the_reason_names_its_split(tmp_path):
    step = SplitStep(recipe_with(tmp_path, ["test"]))
    assert step.keep(Draft(Candidate(id="a", split="test"))) is None
    assert step.keep(Draft(Candidate(id="b", split="train"))).code == "split-train"


def test_a_clip_whose_source_names_no_split_goes_by_its_recording(tmp_path):
    everything = SplitStep(recipe_with(tmp_path, ["test"]))  # basic: all such clips are test clips
    nothing = SplitStep(recipe_with(tmp_path, ["train"]))
    draft = Draft(Candidate(id="a"))
    assert everything.keep(draft) is None
    assert nothing.keep(draft).code == "split-test"


def test_only_test_clips_of_a_world_are_left_and_the_others_are_counted(tmp_path):
    source = SimulatedSource(48)
    tests = sum(one.split == "test" for one in source.candidates())
    foreseen = foresee(recipe_with(tmp_path, ["test"]), source)
    first = foreseen.funnel.rows[0]
    assert (first.step, first.entered, first.kept) == ("split", 48, tests)


def test_a_split_that_there_is_not_is_refused(tmp_path):
    with pytest.raises(SfbenchError, match="split"):
        recipe_with(tmp_path, ["validation"])


def test_recipes_that_keep_both_splits_have_the_hash_of_those_that_say_nothing(tmp_path):
    both = recipe_with(tmp_path, ["train", "test"])
    said = (tmp_path / "half.toml").read_text().replace('keep = ["train", "test"]', "")
    (tmp_path / "half.toml").write_text(said)
    assert both.sha256 == read_recipe(str(tmp_path / "half.toml")).sha256
