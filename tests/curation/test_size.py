import json

import msgspec
import pytest

from sfbench.curation.challenge import challenge_of
from sfbench.curation.chosen import choose_steps
from sfbench.curation.curate import curate
from sfbench.curation.folder import Folder
from sfbench.curation.recipe import read_recipe
from sfbench.curation.rules.size import SizeRule
from sfbench.curation.simulated import SimulatedSource
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.curation.steps.size import Shown, SizeStep, extent
from sfbench.errors import ClipError, SfbenchError
from sfbench.manifest import read_manifest


@pytest.fixture(scope="module")
def by_boxes():
    return read_recipe("vgg-c")


@pytest.fixture(scope="module")
def by_truth():
    return read_recipe("simulated")


def shown(areas, *audible):
    return Shown(frame_rate=2.0, visible_area=areas, audible=list(audible))


def test_only_what_is_heard_of_the_pictures_counts():
    areas = [0.9, 0.9, 0.2, 0.0, 0.1, 0.9]
    assert extent(shown(areas, (1.0, 2.5))) == (0.1, 0.333)
    assert extent(shown(areas, (0.0, 0.5), (1.0, 1.5))) == (pytest.approx(0.55), 0.0)


def test_of_what_is_never_heard_nothing_is_known():
    assert extent(shown([0.5, 0.5])) == (None, None)
    assert extent(shown([], (0.0, 1.0))) == (None, None)


def test_boxes_are_taken_over_without_media(by_boxes):
    step = SizeStep(by_boxes)
    assert not step.needs_media
    drafts = [Draft(Candidate(id="a", area=0.123456)), Draft(Candidate(id="b"))]
    assert [step.keep(draft) for draft in drafts] == [None, None]
    assert drafts[0].evidence["size"] == {"area": 0.12346, "unseen": None, "by": "boxes"}
    assert drafts[1].evidence["size"]["area"] is None


def test_a_small_object_makes_a_harder_clip(by_boxes):
    step = SizeStep(by_boxes)
    drafts = [Draft(Candidate(id="x", area=area)) for area in (0.01, 0.1, 0.9)]
    for draft in drafts:
        step.keep(draft)
    scores = [challenge_of(draft.evidence, by_boxes.challenge).score for draft in drafts]
    assert scores == [0.95, 0.5, 0.0]


def test_without_boxes_the_step_is_skipped_and_says_what_to_give(by_boxes, videos):
    source = Folder(videos)
    chosen, notes = choose_steps(by_boxes, source, list(source.candidates()))
    assert "size" not in chosen.names
    assert any("--boxes FILE" in note for note in notes)


def test_the_truth_of_simulated_clips_ends_in_their_evidence(by_truth, tmp_path):
    recipe = msgspec.structs.replace(by_truth, steps=["size"])
    curate(recipe, SimulatedSource(8), tmp_path)
    manifest = read_manifest(tmp_path)
    assert manifest.clips
    for clip in manifest.clips:
        truth = json.loads(manifest.path(clip.truth).read_text())
        size = clip.evidence["size"]
        assert size["by"] == "truth"
        if truth["audible"]:
            assert min(truth["visible_area"]) <= size["area"] <= max(truth["visible_area"])
        else:
            assert size["area"] is size["unseen"] is None
    assert any(clip.evidence["size"]["area"] for clip in manifest.clips)


def test_a_truth_that_cannot_be_read_fails_its_clip_alone(by_truth, tmp_path):
    (tmp_path / "a.json").write_text("{}")
    draft = Draft(Candidate(id="a"), path=tmp_path / "a.mp4")
    with pytest.raises(ClipError, match="missing required field"):
        SizeStep(by_truth).keep(draft)
    draft.path = tmp_path / "b.mp4"
    assert SizeStep(by_truth).keep(draft) is None
    assert draft.evidence["size"] == {"area": None, "unseen": None, "by": "truth"}


def test_a_recipe_says_who_is_asked(by_boxes):
    with pytest.raises(SfbenchError, match=r"no \[size\]; add it with by"):
        SizeStep(msgspec.structs.replace(by_boxes, size=None))
    assert SizeStep(msgspec.structs.replace(by_boxes, size=SizeRule(by="truth"))).needs_media
