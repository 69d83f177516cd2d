import msgspec
import numpy as np
import pytest

from sfbench.curation.hum import hum_of
from sfbench.curation.recipe import read_recipe
from sfbench.curation.rules.health import CODES
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.curation.steps.health import HealthStep, bars, change
from sfbench.errors import SfbenchError
from sfbench.media.level import RATE
from sfbench.media.read import Media
from tests.conftest import moving_pictures, swelling_tone

SECONDS = np.arange(5 * RATE) / RATE


@pytest.fixture(scope="module")
def recipe():
    return read_recipe("vgg-c")


def media(sound=None, frames=None):
    """Healthy decoded media of 5 s, but for what is given."""
    frames = moving_pictures(5, fps=4) if frames is None else frames
    return Media(
        sound={RATE: (swelling_tone(5, 300) if sound is None else sound).astype(np.float32)},
        frames=frames,
        times=np.arange(len(frames)) / 4,
        sound_seconds=5.0,
        picture_seconds=5.0,
        declared=5.0,
        sample_rate=RATE,
        channels=1,
        frame_rate=25.0,
        width=64,
        height=64,
        damage=None,
    )


def judge(recipe, evidence_only, **changes):
    rule = msgspec.structs.replace(recipe.health, evidence_only=evidence_only)
    draft = Draft(Candidate(id="any"), media=media(**changes))
    reason = HealthStep(msgspec.structs.replace(recipe, health=rule)).keep(draft)
    return reason and reason.code, draft.evidence["health"]


def hum(mains, level=0.02):
    return level * sum(np.sin(2 * np.pi * mains * k * SECONDS) / k for k in (1, 2, 3, 4))


def barred(rows):
    frames = moving_pictures(5, fps=4)
    frames[:, :rows] = frames[:, 64 - rows :] = 3
    return frames


ILL = {
    "dc-offset": {"sound": swelling_tone(5, 300) + 0.05},
    "mains-hum": {"sound": swelling_tone(5, 311) + hum(50)},
    "frozen": {"frames": np.concatenate([moving_pictures(5, fps=4)[:8]] + [barred(0)[7:8]] * 12)},
    "black-bars": {"frames": barred(8)},
}


@pytest.mark.parametrize("code", ILL)
def test_every_ill_has_its_code(recipe, code):
    found, evidence = judge(recipe, [], **ILL[code])
    assert (found, evidence["ills"]) == (code, [code])


@pytest.mark.parametrize("code", ILL)
def test_an_ill_that_is_evidence_only_is_stated_and_drops_nothing(recipe, code):
    found, evidence = judge(recipe, [code], **ILL[code])
    assert (found, evidence["ills"]) == (None, [code])


def test_healthy_media_has_no_ills(recipe):
    found, evidence = judge(recipe, [])
    assert found is None
    assert evidence["ills"] == []
    assert evidence["offset"] == pytest.approx(0, abs=1e-3)


def test_the_gravest_ill_that_drops_is_the_reason(recipe):
    both = {"sound": swelling_tone(5, 300) + 0.05, "frames": barred(8)}
    assert judge(recipe, [], **both)[0] == "dc-offset"
    found, evidence = judge(recipe, ["dc-offset"], **both)
    assert (found, evidence["ills"]) == ("black-bars", ["dc-offset", "black-bars"])


@pytest.mark.parametrize("mains", [50, 60])
def test_hum_is_told_by_its_mains_and_its_level(mains):
    noise = np.random.default_rng(0).normal(0, 0.005, len(SECONDS))
    found = hum_of((hum(mains) + noise).astype(np.float32), RATE)
    assert found.hertz == mains
    # amplitudes 0.02 / k: mean square 0.5 * 0.02**2 * (1 + 1/4 + 1/9 + 1/16)
    assert found.dbfs == pytest.approx(10 * np.log10(0.5 * 0.02**2 * 1.4236), abs=0.5)


def test_an_engine_that_passes_through_50_hz_does_not_hum():
    phase = 2 * np.pi * np.cumsum(np.linspace(56, 44, len(SECONDS))) / RATE
    engine = sum(0.1 * np.sin(k * phase) / k for k in range(1, 8))
    assert hum_of(engine.astype(np.float32), RATE).prominence < 15


def test_bars_lie_at_both_edges_and_stay():
    assert bars(barred(8), 24) == 0.25
    assert bars(barred(8).swapaxes(1, 2), 24) == 0.25
    night = moving_pictures(5, fps=4)
    night[:, :20] = 3
    assert bars(night, 24) == 0, "a dark sky is no bar"
    assert bars(np.zeros((4, 8, 8, 3), np.uint8), 24) == 1
    assert bars(np.zeros((0, 8, 8, 3), np.uint8), 24) == 0


def test_a_moving_picture_changes_and_a_still_one_does_not():
    frames = moving_pictures(5)
    assert change(frames).mean() > 1
    assert not change(np.repeat(frames[:1], 8, axis=0)).any()
    assert len(change(frames[:1])) == 0


def test_an_unknown_code_says_so(recipe):
    with pytest.raises(SfbenchError, match=f"'hum'; choose from {CODES[0]}"):
        judge(recipe, ["hum"])
