import pickle

import msgspec
import numpy as np
import pytest

from sfbench.curation import simulated
from sfbench.curation.recipe import read_recipe
from sfbench.curation.simulated import SimulatedSource, open_world
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.curation.steps.health import HealthStep
from sfbench.errors import ClipError, SfbenchError
from sfbench.media.level import RATE, levels
from sfbench.media.read import read_media
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.scene import SIZE
from sfbench.simulated.truth import Truth
from sfbench.simulated.world import EDITION

WORLD = SimulatedSource(count=100)


def fetched(index, folder):
    candidate = list(WORLD.candidates())[index]
    path = folder / f"{candidate.id}.mp4"
    WORLD.fetch(candidate, path)
    return candidate, path


def health(path):
    """The code that the health step, or the decoder before it, gives a file; None if healthy."""
    draft = Draft(Candidate(id="any"))
    try:
        draft.media = read_media(path, rates=(RATE,), fps=4, size=(64, 64))
    except ClipError as error:
        return error.reason.code
    recipe = read_recipe("vgg-c")
    rule = msgspec.structs.replace(recipe.health, evidence_only=[])
    reason = HealthStep(msgspec.structs.replace(recipe, health=rule)).keep(draft)
    return reason and reason.code


def test_candidates_are_sorted_and_survive_the_way_to_a_worker():
    ids = [candidate.id for candidate in WORLD.candidates()]
    assert ids == sorted(ids)
    assert len(set(ids)) == 100
    assert pickle.loads(pickle.dumps(WORLD)) == WORLD


def test_a_larger_world_begins_with_the_smaller_one():
    assert list(SimulatedSource(count=20).candidates()) == list(WORLD.candidates())[:20]


@pytest.fixture(scope="module", params=[7, 11, 17])
def healthy(request, tmp_path_factory):
    """A good clip, one without its sound, one with another sound."""
    return request.param, *fetched(request.param, tmp_path_factory.mktemp("media"))


def test_a_clip_that_grounding_shall_see_is_healthy_and_ten_seconds_long(healthy):
    index, candidate, path = healthy
    media = read_media(path, rates=(RATE,), fps=4)
    assert draw_scene(0, index).group in ("good", "other-sound", "no-sound")
    assert media.seconds == pytest.approx(10, abs=0.1)
    assert (media.width, media.height) == SIZE
    assert health(path) is None
    known = msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=Truth)
    assert known.label_shown == candidate.label


def test_the_encoded_sound_is_active_wherever_an_object_is_audible(healthy):
    _, _, path = healthy
    known = msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=Truth)
    level = levels(read_media(path, rates=(RATE,)).sound[RATE])
    active = level > max(np.percentile(level, 95) - 25, -60)
    times = (np.arange(len(level)) + 0.5) / 100
    spans = [(begin <= times) & (times < end) for begin, end in known.audible]
    assert bool(spans) == (known.label_heard is not None)
    assert active[np.any(spans, axis=0)].mean() >= 0.995 if spans else True


@pytest.mark.parametrize(
    ("defect", "codes"),
    [
        ("still", {"still-picture"}),
        ("truncated", {"damaged", "truncated"}),
        ("silent", {"silent"}),
        ("no-sound-stream", {"no-sound"}),
        ("corrupt", {"damaged", "unreadable", "truncated"}),
        ("short", {"too-short"}),
        ("clipped", {"clipped"}),
        ("frozen", {"frozen"}),
        ("bars", {"black-bars"}),
        ("offset", {"dc-offset"}),
        ("hum", {"mains-hum"}),
    ],
)
def test_the_health_step_finds_every_defect(defect, codes, tmp_path):
    index = next(i for i in range(WORLD.count) if draw_scene(0, i).defect == defect)
    _, path = fetched(index, tmp_path)
    assert health(path) in codes
    assert msgspec.json.decode(path.with_suffix(".json").read_bytes())["defect"] == defect


def test_a_seed_may_follow_the_name():
    assert open_world("", None) == SimulatedSource()
    assert open_world("7", 16) == SimulatedSource(count=16, seed=7)


def test_timbres_beyond_the_usual_may_follow_the_seed():
    world = open_world("7:beyond", 16)
    assert world == SimulatedSource(count=16, seed=7, timbre="beyond")
    assert world.name == "simulated:7:beyond"


def test_a_world_of_another_edition_is_another_source(monkeypatch):
    known = open_world("7", None).identity
    assert known.startswith("simulated:7,") and known != open_world("8", None).identity
    monkeypatch.setattr(simulated, "EDITION", EDITION + 1)
    assert open_world("7", None).identity != known


@pytest.mark.parametrize(
    ("argument", "limit"), [("seven", None), ("-1", None), ("7:above", None), ("", 10_001)]
)
def test_a_wrong_seed_or_too_large_a_world_is_said_so(argument, limit):
    with pytest.raises(SfbenchError):
        open_world(argument, limit)
