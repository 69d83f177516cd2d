import json
from base64 import b64encode

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfbench.curation import fingerprint as fingerprint_module
from sfbench.curation.copies import compare, find_copies
from sfbench.curation.curate import curate
from sfbench.curation.fingerprint import (
    RATE,
    Fingerprint,
    chromaprint,
    fine_rows,
    fingerprint,
    fingerprinting_ffmpeg,
)
from sfbench.curation.folder import Folder
from sfbench.curation.recipe import read_recipe
from sfbench.curation.rules.duplicates import DuplicatesRule
from sfbench.curation.source import Candidate
from sfbench.curation.step import Draft
from sfbench.curation.steps.duplicates import DuplicatesStep
from sfbench.errors import ClipError, SfbenchError
from sfbench.manifest import read_manifest
from sfbench.simulated.deal import draw_scene
from sfbench.simulated.sound import hear
from tests.conftest import write_clip
from tests.curation.recode import reuploaded

RULE = read_recipe("vgg-c").duplicates


@pytest.fixture(scope="module")
def ffmpeg():
    return fingerprinting_ffmpeg()


def words(random, count=60, bits=32):
    return random.integers(2**bits, size=count, dtype=f"u{bits // 8}")


def flipped(random, some, share):
    """Return words of which a share of the bits is wrong."""
    octets = some.view(np.uint8)
    mask = np.packbits(random.random((len(octets), 8)) < share, axis=1)[:, 0]
    return (octets ^ mask).view(some.dtype)


def random_print(random):
    return Fingerprint(words(random), words(random, 58, 64))


def later(one, coarse, fine):
    """Return the fingerprint of the same sound when it begins so many words and rows later."""
    random = np.random.default_rng(1)
    return Fingerprint(
        np.concatenate([words(random, coarse), one.coarse])[: len(one.coarse)],
        np.concatenate([words(random, fine, 64), one.fine])[: len(one.fine)],
    )


def test_a_fine_bit_says_whether_the_lower_band_gains_on_the_higher():
    random = np.random.default_rng(0)
    noise = random.normal(0, 0.1, 5 * RATE).astype(np.float32)
    assert len(fine_rows(noise)) == (5 * RATE - 12_800) // 2560
    assert np.array_equal(fine_rows(noise), fine_rows(noise * np.float32(0.25))), "gain changes it"
    ones = np.bitwise_count(fine_rows(noise)).mean() / 64
    assert ones == pytest.approx(0.5, abs=0.1)


def test_a_copy_is_told_by_its_bits_and_its_shift():
    random = np.random.default_rng(2)
    one = random_print(random)
    similarity, shift = compare(one, later(one, 4, 3), RULE)
    assert (similarity, shift) == (1.0, pytest.approx(0.48))
    noisy = Fingerprint(flipped(random, one.coarse, 0.1), flipped(random, one.fine, 0.25))
    assert compare(one, noisy, RULE)[0] == pytest.approx(0.75, abs=0.03)
    assert compare(one, random_print(random), RULE) is None


def test_both_fingerprints_must_agree():
    random = np.random.default_rng(3)
    one, other = random_print(random), random_print(random)
    assert compare(one, Fingerprint(one.coarse, other.fine), RULE) is None
    assert compare(one, Fingerprint(other.coarse, one.fine), RULE) is None


def test_the_first_of_several_copies_stays_and_the_others_name_it():
    random = np.random.default_rng(4)
    prints = [random_print(random) for _ in range(40)]
    prints += [later(prints[7], 5, 4), later(prints[7], 3, 2)]
    found = find_copies(prints, RULE)
    assert {place: copy.of for place, copy in found.items()} == {40: 7, 41: 7}
    assert find_copies([], RULE) == {}


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_strangers_are_no_copies(seed):
    random = np.random.default_rng(seed)
    assert find_copies([random_print(random) for _ in range(30)], RULE) == {}


def test_a_word_that_everybody_has_costs_no_time_and_finds_nothing():
    random = np.random.default_rng(5)
    same = words(random, 1).repeat(60)
    crowd = [Fingerprint(same, words(random, 58, 64)) for _ in range(600)]
    assert find_copies(crowd, RULE) == {}


def test_what_holds_nothing_has_no_fingerprint(ffmpeg):
    assert fingerprint(np.zeros(10 * RATE, np.float32), ffmpeg) is None
    noise = np.random.default_rng(0).normal(0, 0.1, 10 * RATE).astype(np.float32)
    assert fingerprint(noise[: RATE // 10], ffmpeg) is None
    assert fingerprint(noise[: 2 * RATE], ffmpeg) is None, "Chromaprint looks at 2.6 s"
    assert len(fingerprint(noise, ffmpeg).coarse) == 59


def test_an_ffmpeg_that_fails_costs_its_clip(tmp_path):
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\ncat > /dev/null\necho 'no such thing' >&2\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(ClipError, match="no-fingerprint: no such thing"):
        chromaprint(np.zeros(100, np.float32), str(broken))


def test_without_a_fitting_ffmpeg_one_message_says_what_to_type(monkeypatch, tmp_path):
    bare = tmp_path / "ffmpeg"
    bare.write_text("#!/bin/sh\necho ' E mp4'\n")
    bare.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(bare))
    monkeypatch.setattr(
        fingerprint_module, "fingerprinting_ffmpeg", fingerprinting_ffmpeg.__wrapped__
    )
    with pytest.raises(SfbenchError, match=r"Chromaprint.*pip install -U .*out of the recipe"):
        fingerprint_module.fingerprinting_ffmpeg()
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "nowhere"))
    with pytest.raises(SfbenchError, match=r"pip install 'sfbench\[vggsound\]'"):
        fingerprint_module.fingerprinting_ffmpeg()


@pytest.mark.slow
def test_reuploads_are_found_among_sounds_of_one_synthesiser(ffmpeg):
    random = np.random.default_rng(0)
    sounds = [hear(draw_scene(2, index)).sound for index in range(80)]
    copied = random.choice(80, 6, replace=False)
    sounds += [reuploaded(sounds[index], random) for index in copied]
    found = find_copies([fingerprint(sound, ffmpeg) for sound in sounds], RULE)
    right = {80 + place: index for place, index in enumerate(copied)}
    assert {place: copy.of for place, copy in found.items()} == right


def drafts(*named):
    """Return drafts of copies of one sound, from (id, split)."""
    one = random_print(np.random.default_rng(6))
    made = []
    for key, split in named:
        draft = Draft(Candidate(id=key, split=split))
        texts = {"coarse": one.coarse, "fine": one.fine}
        draft.evidence["duplicates"] = {
            name: b64encode(some.tobytes()).decode() for name, some in texts.items()
        }
        made.append(draft)
    return made


@pytest.mark.parametrize(
    ("named", "stays"),
    [
        ([("a", "train"), ("b", "test")], "b"),
        ([("a", "test"), ("b", "train")], "a"),
        ([("b", "train"), ("a", "train")], "a"),
        ([("a", "train"), ("c", "test"), ("b", "test")], "b"),
    ],
)
def test_the_test_clip_stays_else_the_first_id(named, stays):
    made = drafts(*named)
    step = DuplicatesStep(read_recipe("vgg-c"))
    dropped = step.drop(made)
    assert dropped.keys() == {key for key, _ in named} - {stays}
    assert all(reason.code == "duplicate" for reason in dropped.values())
    assert all(f"copy of {stays}: 100%" in reason.detail for reason in dropped.values())
    evidence = {draft.candidate.id: draft.evidence["duplicates"] for draft in made}
    assert evidence[stays] == {"compared": True, "copies": sorted(dropped)}
    assert dropped == step.drop(drafts(*reversed(named))), "the order of arrival matters"


def test_a_clip_without_fingerprint_is_compared_to_none():
    made = drafts(("a", "test"), ("b", "test"))
    made[1].evidence["duplicates"] = None
    assert DuplicatesStep(read_recipe("vgg-c")).drop(made) == {}
    assert made[1].evidence["duplicates"] == {"compared": False, "copies": []}


def test_curation_drops_the_training_clip_of_which_test_holds_a_copy(tmp_path):
    folder, random = tmp_path / "in", np.random.default_rng(7)
    folder.mkdir()
    sounds = [hear(draw_scene(4, index)).sound for index in (0, 8, 16)]
    frames = np.random.default_rng(0).integers(255, size=(80, 64, 64, 3), dtype=np.uint8)
    rows = ["file_name,label,split"]
    for name, sound in zip("abc", sounds, strict=True):
        write_clip(folder / f"{name}.mp4", 0, frames=frames, sound=sound / 4)
        rows.append(f"{name}.mp4,helicopter,train")
    write_clip(folder / "z.mp4", 0, frames=frames, sound=reuploaded(sounds[1] / 4, random))
    rows.append("z.mp4,helicopter,test")
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n")
    recipe = msgspec.structs.replace(read_recipe("basic"), steps=["label", "health", "duplicates"])
    made = curate(recipe, Folder(folder), tmp_path / "out")
    assert made.funnel.rows[-1].reasons == {"duplicate": 1}
    clips = {clip.id: clip for clip in read_manifest(tmp_path / "out").clips}
    assert clips.keys() == {"a", "c", "z"}
    assert clips["z"].evidence["duplicates"]["copies"] == ["b"]
    (lost,) = map(json.loads, (tmp_path / "out" / "rejected.jsonl").read_text().splitlines())
    assert lost["reason"]["detail"].startswith("copy of z: ")
    assert "fine" not in json.dumps(lost["evidence"]), "fingerprints belong in the journal alone"


def test_thresholds_that_make_no_sense_are_refused():
    recipe = read_recipe("vgg-c")
    wrong = DuplicatesRule(coarse=1.2, fine=0.6, overlap_seconds=4)
    with pytest.raises(SfbenchError, match=r"duplicates\.coarse"):
        DuplicatesStep(msgspec.structs.replace(recipe, duplicates=wrong))
    with pytest.raises(SfbenchError, match=r"no \[duplicates\]"):
        DuplicatesStep(msgspec.structs.replace(recipe, duplicates=None))
