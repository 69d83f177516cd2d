"""Figures of one clip by systems with random weights, and where the page shows them."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from sfbench.curation.curate import curate
from sfbench.curation.recipe import read_recipe
from sfbench.curation.sources import open_source
from sfbench.errors import Reason, SfbenchError
from sfbench.eval.protocol import read_protocol
from sfbench.explain.explain import explain
from sfbench.leaderboard.explained import clip_folder
from sfbench.leaderboard.report import report
from sfbench.leaderboard.runs import read_runs
from sfbench.manifest import read_manifest
from sfbench.model.config import read_config
from sfbench.model.timing import timing_of
from sfbench.run import run_system

NAMES = ("smooth-foley-tiny", "foleycrafter-tiny", "retrieval")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Four clips of the simulated world, with their truth."""
    folder = tmp_path_factory.mktemp("explain") / "vgg-c"
    curate(read_recipe("basic"), open_source("simulated", 4), folder)
    return read_manifest(folder)


@pytest.fixture(scope="module")
def clip(world):
    return world.split("test")[0]


@pytest.fixture(scope="module")
def drawn(world, clip, tmp_path_factory):
    runs = tmp_path_factory.mktemp("runs")
    configs = [read_config(name, CHEAP if "tiny" in name else ()) for name in NAMES]
    return runs, *explain(world, configs, clip.id, runs)


CHEAP = ("steps=1", "fps=4")


def test_both_figures_are_drawn_and_say_of_what(drawn, world, clip):
    runs, folder, explained = drawn
    assert folder == clip_folder(runs, world, clip.id)
    assert [drawing.file for drawing in explained.drawings] == ["condition.png", "sounds.png"]
    for drawing in explained.drawings:
        with Image.open(folder / drawing.file) as picture:
            assert picture.width > 1000
    assert [system.split("@")[0] for system in explained.systems] == list(NAMES)


def test_a_system_without_a_temporal_condition_is_left_out_with_a_sentence(drawn):
    (note,) = drawn[2].notes
    assert note.startswith("retrieval has no part") and "not told when" in note


def test_takes_that_are_there_are_not_made_again(drawn, world, clip):
    runs, folder, _ = drawn
    configs = [read_config("retrieval")]
    (take,) = (runs / "retrieval").rglob("*.wav")
    made = take.stat().st_mtime_ns
    _, explained = explain(world, configs, clip.id, runs)
    assert take.stat().st_mtime_ns == made
    assert [drawing.file for drawing in explained.drawings] == ["sounds.png"]
    assert not (folder / "condition.png").exists()


def test_an_unknown_clip_is_one_message(world, tmp_path):
    with pytest.raises(SfbenchError, match=r"has no clip 'nosuch'; its \d+ clips begin with sim-"):
        explain(world, [read_config("silence")], "nosuch", tmp_path)


def test_the_label_and_the_detector_say_when_it_sounds(world, clip):
    by_label = timing_of(world, read_config("smooth-foley-tiny", CHEAP), clip, "cpu")
    by_sight = timing_of(world, read_config("foleycrafter-tiny", CHEAP), clip, "cpu")
    assert by_label.says == "similarity to the label"
    assert by_sight.says == "probability of sound"
    for one in (by_label, by_sight):
        assert one.times.shape == one.scores.shape and one.threshold == 0.5
    assert ((by_sight.scores >= 0) & (by_sight.scores <= 1)).all()
    untimed = timing_of(world, read_config("smooth-foley-tiny", (*CHEAP, "timing=none")), clip)
    assert isinstance(untimed, Reason) and untimed.code == "no-temporal-condition"


def test_what_was_binarised_for_the_take_is_what_is_drawn(world, clip):
    from sfbench.model.foleycrafter.condition import columns
    from sfbench.model.generator import open_generator
    from sfbench.model.smooth_foley import condition

    config = read_config("smooth-foley-tiny", CHEAP)
    generator = open_generator(config.generator, world, config.settings, device="cpu")
    seen, settings = generator.look(clip), generator.settings
    timing = generator.timing(clip, seen)
    image = generator.networks.image
    told = columns(
        timing.scores >= timing.threshold,
        seen.seconds,
        image.columns,
        settings.clock,
        image.per_second,
    )
    embeddings = generator._embeddings([seen])
    picture = condition.sounding(
        generator.networks, settings, [seen], embeddings, [clip.label or ""]
    )
    assert np.array_equal(picture[0, 0, 0].numpy(), told)


def test_the_page_shows_figures_of_the_systems_that_it_ranks(drawn, world, clip, tmp_path):
    runs = tmp_path / "runs"
    for name in ("retrieval", "silence"):
        run_system(world, read_config(name), read_protocol("basic"), runs)
    explain(world, [read_config("retrieval")], clip.id, runs)
    page = report(read_runs([runs]), tmp_path / "with", ["html"]).paths["html"].read_text()
    assert page.count('<figure class="plate">') == 1
    without = report(read_runs([runs / "silence"]), tmp_path / "without", ["html"])
    assert '<figure class="plate">' not in without.paths["html"].read_text()


def test_the_level_is_compared_as_the_protocols_do(world, clip, tmp_path):
    from sfbench.explain.draw import _agreement
    from sfbench.leaderboard.page.embed import placed
    from sfbench.media.level import RATE
    from sfbench.media.read import read_media
    from sfbench.result import read_clip_scores

    ran = run_system(world, read_config("retrieval"), read_protocol("basic"), tmp_path)
    (scored,) = [
        one for one in read_clip_scores(ran.run.folder / "clips.jsonl") if one.id == clip.id
    ]
    (take,) = [one for one in ran.run.takes if one.id == clip.id]
    own, made = (
        placed(read_media(path, rates=[RATE]).sound[RATE], RATE, 0.0, clip.seconds)
        for path in (world.path(clip.video), ran.run.folder / take.audio)
    )
    value = scored.metrics["envelope.correlation"].value
    assert _agreement(own, made, take) == f"level r = {value:.2f}".replace("-", "−")


def test_a_damaged_note_beside_a_figure_costs_the_figure_alone(world, clip, tmp_path):
    runs = tmp_path / "runs"
    run_system(world, read_config("silence"), read_protocol("basic"), runs)
    folder, _ = explain(world, [read_config("silence")], clip.id, runs)
    (folder / "explain.json").write_text("{")
    page = report(read_runs([runs]), tmp_path / "page", ["html"]).paths["html"].read_text()
    assert '<figure class="plate">' not in page


def test_the_verb_prints_files_or_one_document(world, clip, tmp_path):
    verb = [sys.executable, "-m", "sfbench", "explain", "--model", "silence", "--clip", clip.id]
    where = ["--data", str(world.folder)]
    plain = subprocess.run([*verb, *where], cwd=tmp_path, capture_output=True, text=True)
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout.splitlines()[0].endswith("sounds.png")
    told = subprocess.run([*verb, *where, "--json"], cwd=tmp_path, capture_output=True, text=True)
    assert json.loads(told.stdout)["clip"] == clip.id
