import json

import numpy as np
import pytest
import soundfile

from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest
from sfbench.media.write import write_wav
from sfbench.model.config import read_config
from sfbench.model.generate import generate


def made(dataset, tmp_path, model="silence", **options):
    changes = options.pop("changes", ())
    return generate(dataset, read_config(model, changes), tmp_path / "runs", **options)


def test_a_run_folder_holds_what_the_contract_says(dataset, tmp_path):
    run = made(dataset, tmp_path)
    assert run.folder == tmp_path / "runs" / "silence" / run.revision
    takes = [json.loads(line) for line in (run.folder / "takes.jsonl").read_text().splitlines()]
    assert [take["id"] for take in takes] == [clip.id for clip in dataset.split("test")]
    assert all((run.folder / take["audio"]).is_file() for take in takes)
    about = json.loads((run.folder / "run.json").read_text())
    assert about["dataset"]["manifest_sha256"] == dataset.sha256
    assert (run.folder / about["dataset"]["folder"]).resolve() == dataset.folder.resolve()
    assert about["config"]["generator"] == "silence"


def test_a_take_keeps_the_generators_samples_to_the_last_bit(dataset, tmp_path):
    run = made(dataset, tmp_path, "noise", limit=1)
    samples, rate = soundfile.read(run.folder / run.takes[0].audio, dtype="float32")
    assert rate == 16_000
    again = made(dataset, tmp_path / "again", "noise", limit=1)
    assert np.array_equal(samples, soundfile.read(again.folder / again.takes[0].audio)[0])


def test_finished_takes_are_not_made_again(dataset, tmp_path):
    first = made(dataset, tmp_path, limit=2)
    stamps = [(first.folder / take.audio).stat().st_mtime_ns for take in first.takes]
    more = made(dataset, tmp_path, limit=4)
    assert more.folder == first.folder
    assert [(more.folder / take.audio).stat().st_mtime_ns for take in more.takes[:2]] == stamps
    assert len(more.takes) == 4


def test_a_vanished_take_is_made_again(dataset, tmp_path):
    run = made(dataset, tmp_path, limit=2)
    (run.folder / run.takes[0].audio).unlink()
    again = made(dataset, tmp_path, limit=2)
    assert (again.folder / again.takes[0].audio).is_file()


def test_another_seed_or_split_never_overwrites_takes(dataset, tmp_path):
    folders = {
        made(dataset, tmp_path, limit=1).folder,
        made(dataset, tmp_path, limit=1, seed=1).folder,
        made(dataset, tmp_path, limit=1, split="train").folder,
    }
    assert len(folders) == 3


def test_a_folders_revision_changes_with_its_sounds(dataset, tmp_path):
    clip = dataset.split("test")[0]
    sounds = tmp_path / "sounds"
    write_wav(sounds / f"{clip.id}.wav", np.ones(16_000, np.float32) / 2, 16_000)
    first = made(dataset, tmp_path, f"folder:{sounds}", limit=1)
    write_wav(sounds / f"{clip.id}.wav", np.ones(16_000, np.float32) / 4, 16_000)
    assert made(dataset, tmp_path, f"folder:{sounds}", limit=1).revision != first.revision


def test_missing_and_broken_sounds_of_a_folder_are_failed_takes(dataset, tmp_path):
    ids = [clip.id for clip in dataset.split("test")[:4]]
    sounds = tmp_path / "sounds"
    write_wav(sounds / f"{ids[0]}.wav", np.ones(16_000, np.float32) / 2, 16_000)
    (sounds / f"{ids[1]}.wav").write_bytes(b"RIFF nothing")
    write_wav(sounds / f"{ids[2]}.wav", np.full(16_000, np.nan, np.float32), 16_000)
    run = made(dataset, tmp_path, f"folder:{sounds}", limit=4)
    assert [take.status for take in run.takes] == ["ok", "failed", "failed", "failed"]
    codes = [take.reason.code for take in run.takes[1:]]
    assert codes == ["unreadable", "non-finite", "missing"]


def test_unknown_models_list_the_known_ones():
    with pytest.raises(SfbenchError, match="reference, retrieval, shuffled, silence"):
        read_config("smoth-foley")


def test_changes_are_read_as_toml_values_or_text():
    config = read_config("silence", ["steps=25", "scale=7.5", "name=big model", "on=true"])
    assert config.settings == {"steps": 25, "scale": 7.5, "name": "big model", "on": True}
    with pytest.raises(SfbenchError, match="key=value"):
        read_config("silence", ["steps"])


def test_an_empty_split_names_the_others(dataset, tmp_path):
    only_test = Manifest(dataset.folder, "x", dataset.split("test"))
    with pytest.raises(SfbenchError, match="it has test"):
        made(only_test, tmp_path, split="train")
