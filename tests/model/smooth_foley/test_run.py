"""From simulated clips to a leaderboard by what a user types; without weights, one message."""

import json

import pytest

from sfbench.cli import main

TINY = ("smooth-foley-tiny", "foleycrafter-tiny")


def typed(monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["sfbench", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(main())
    return ended.value.code or 0


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    from sfbench.curation.curate import curate
    from sfbench.curation.recipe import read_recipe
    from sfbench.curation.sources import sources

    out = tmp_path_factory.mktemp("simulated") / "vgg-c"
    curate(read_recipe("basic"), sources["simulated"]("0", 6), out)
    return out


@pytest.mark.slow
def test_tiny_models_go_from_clips_to_the_leaderboard_and_say_that_they_are_random(
    clips, tmp_path, monkeypatch, capsys
):
    runs, board = tmp_path / "runs", tmp_path / "board"
    for model in TINY:
        words = ("run", "--model", model, "--data", clips, "--out", runs, "--protocol", "basic")
        assert typed(monkeypatch, *words, "--limit", 2, "--batch", 2, "--set", "steps=1") == 0
        (folder,) = (runs / model).iterdir()
        about, result = (
            json.loads((folder / name).read_text()) for name in ("run.json", "result.json")
        )
        assert about["config"]["settings"]["weights"] == "random"
        assert all("random" in name for name in about["contents"])
        assert any("random" in note for note in result["notes"])
        assert about["in_effect"]["dtype"] == "float32" and about["batch"] == 2
        assert not result["failures"]
    assert typed(monkeypatch, "report", runs, "--out", board, "--format", "md,json") == 0
    assert all(model in (board / "leaderboard.md").read_text() for model in TINY)


@pytest.mark.parametrize("model", ["smooth-foley", "foleycrafter", "foleycrafter-no-prompt"])
def test_without_weights_and_network_one_message_tells_what_to_fetch(
    clips, tmp_path, monkeypatch, capsys, model
):
    monkeypatch.setenv("SFBENCH_OFFLINE", "1")
    code = typed(monkeypatch, "run", "--model", model, "--data", clips, "--out", tmp_path)
    told = capsys.readouterr().err
    assert code == 1 and told.count("sfbench: ") == 1
    group = model.partition("-no-")[0]
    assert f"type: sfbench weights fetch {group}" in told
    for word in ("unet/diffusion_pytorch_model.bin", "3.6 GB", "CC-BY-NC-SA-4.0", "GB in all"):
        assert word in told
    assert not list(tmp_path.iterdir())
