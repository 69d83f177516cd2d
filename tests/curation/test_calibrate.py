import json
import sys
from dataclasses import dataclass

import pytest

from sfbench.clip import Clip
from sfbench.curation import calibrate as story
from sfbench.curation.calibrate import calibrate, judge
from sfbench.curation.curate import Curation
from sfbench.curation.dataset import write_dataset
from sfbench.curation.examine import Verdict
from sfbench.curation.folder import Folder
from sfbench.curation.funnel import funnel_of
from sfbench.curation.recipe import read_recipe
from sfbench.curation.simulated import SimulatedSource
from sfbench.curation.vggsound.source import open_vggsound
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest, read_manifest

HEARD = {"score": 0.8, "coverage": 0.7}
UNHEARD = {"score": 0.2, "coverage": 0.4}


@dataclass(frozen=True)
class Told(SimulatedSource):
    """A world of which every second clip's label is heard."""

    def heard(self, manifest, siblings):
        assert "police car (siren)" in siblings["ambulance siren"]
        return {clip.id: measured(clip) == HEARD for clip in manifest.clips}


def measured(clip):
    return {name: clip.evidence["grounding"][name] for name in HEARD}


def clip(number, evidence, label="helicopter", truth=None):
    return Clip(
        id=f"c{number:03d}",
        label=label,
        family="aircraft",
        split="test",
        video=f"test/c{number:03d}.mp4",
        sha256="0",
        seconds=10.0,
        evidence={"grounding": {**evidence, "encoder": "cnn8rnn|x"}} if evidence else {},
        truth=truth,
    )


@pytest.fixture
def measuring(monkeypatch):
    """Instead of a curation, 40 clips that were measured; what was asked is noted."""
    asked = []

    def curate(recipe, source, out, **_):
        asked.append(recipe)
        clips = [clip(n, HEARD if n % 2 else UNHEARD) for n in range(40)]
        verdicts = [Verdict(id=one.id, label=one.label, clip=one) for one in clips]
        funnel = funnel_of(verdicts, ["label"], ["grounding"])
        return Curation(funnel, write_dataset(out, recipe, source, verdicts, funnel, []), [])

    monkeypatch.setattr(story, "curate", curate)
    return asked


def test_thresholds_become_a_recipe_that_a_curation_takes(measuring, tmp_path):
    found = calibrate("simulated", Told(), tmp_path / "out")
    assert (found.chosen.precision, found.chosen.recall) == (1.0, 1.0)
    assert (found.calibration.clips, found.calibration.heard) == (40, 20)
    recipe = read_recipe(str(found.recipe))
    assert 0.2 < recipe.grounding.score <= 0.8
    assert recipe.grounding.score == found.chosen.score
    assert recipe.grounding.coverage == found.chosen.coverage
    assert recipe.grounding.calibration == found.calibration
    assert recipe.grounding.encoder == "grounding-mini"
    assert str(found.recipe) in str(found)
    (asked,) = measuring
    assert (asked.grounding.score, asked.grounding.coverage) == (0.0, 0.0), "clips are dropped"
    assert asked.steps == ["label", "health", "grounding"]


def test_the_curve_is_drawn_and_stands_in_the_card_once(measuring, tmp_path):
    for _ in range(2):
        found = calibrate("simulated", Told(), tmp_path / "out")
    assert found.curve.read_bytes().startswith(b"\x89PNG")
    card = (tmp_path / "out" / "README.md").read_text()
    assert card.count("(curve.png)") == card.count("| aircraft | 20 | 1.000 | 1.000 |") == 1
    figures = json.loads((tmp_path / "out" / "calibration.json").read_text())
    assert [len(curve) for curve in figures["curves"].values()] == [101, 101]
    assert figures["curves"]["score alone"][0]["kept"] == 40


def test_a_recipe_file_with_labels_beside_it_is_extended_by_its_path(measuring, tmp_path):
    table = 'format = 1\n[[groups]]\nfate = "core"\nfamily = "siren"\nlabels = ['
    rows = [f'{{ label = "{label}", prompt = "a", reason = "b" }}' for label in SIRENS]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "hums.toml").write_text(f"{table}{', '.join(rows)}]\n")
    own = tmp_path / "mine" / "own.toml"
    own.write_text('extends = "simulated"\n[labels]\ntable = "hums.toml"\n')
    found = calibrate(str(own), Told(), tmp_path / "out")
    assert read_recipe(str(found.recipe)).family("ambulance siren") == "siren"


SIRENS = ("ambulance siren", "police car (siren)", "helicopter")


def test_what_cannot_be_calibrated_says_why(measuring, tmp_path, monkeypatch):
    with pytest.raises(SfbenchError, match="does not listen"):
        calibrate("basic", Told(), tmp_path / "out")
    with pytest.raises(SfbenchError, match="--source simulated or --source vggsound"):
        calibrate("simulated", Folder(tmp_path), tmp_path / "out")
    monkeypatch.setattr(story, "judge", lambda *_: [])
    with pytest.raises(SfbenchError, match="thresholds need 10 of either"):
        calibrate("simulated", Told(), tmp_path / "out")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(SfbenchError, match=r"pip install 'sfbench\[plot\]'"):
        calibrate("simulated", Told(), tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_a_simulated_clip_is_judged_by_its_truth_file(tmp_path):
    (tmp_path / "test").mkdir()
    for name, heard in (("a", '"airplane flyby"'), ("b", '"train horning"'), ("c", "null")):
        (tmp_path / "test" / f"{name}.json").write_text(f'{{"label_heard": {heard}}}')
    clips = [clip(n, HEARD, truth=f"test/{name}.json") for n, name in enumerate("abc")]
    unmeasured = clip(9, None, truth="test/a.json")
    manifest = Manifest(tmp_path, "toy", (*clips, unmeasured))
    found = judge(manifest, SimulatedSource(), read_recipe("simulated"))
    assert [one.heard for one in found] == [True, False, False]  # of a helicopter's family


def test_a_clip_of_vggsound_is_judged_by_what_people_heard(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text(
        "video_id,label,modality,background_music,static_image,voice_over\n"
        + "".join(
            f"c000000000{n}_000030,{label},{modality},False,False,False\n"
            for n, label, modality in (
                (0, "helicopter", "A"),
                (1, "airplane flyby", "AV"),
                (2, "helicopter", "V"),
                (3, "dog barking", "A"),
            )
        )
    )
    source = open_vggsound("", None, metadata=[str(table)])
    ids = [f"c000000000{n}_000030" for n in range(5)]
    clips = [Clip(**{**BARE, "id": key, "evidence": {"grounding": HEARD}}) for key in ids]
    found = judge(Manifest(tmp_path, "toy", tuple(clips)), source, read_recipe("vgg-c"))
    assert [one.heard for one in found] == [True, True, False, False]  # nobody speaks of the last


BARE = {
    "label": "helicopter",
    "family": "aircraft",
    "split": "test",
    "video": "x.mp4",
    "sha256": "0",
    "seconds": 10.0,
}


@pytest.mark.slow
def test_a_small_world_is_measured_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(story, "_LEAST", 1)
    found = calibrate("simulated", SimulatedSource(7, 77), tmp_path / "out")
    clips = read_manifest(tmp_path / "out").clips
    assert len(clips) == found.calibration.clips > found.calibration.heard
    assert found.encoder.startswith("cnn8rnn-w2vmean|")
