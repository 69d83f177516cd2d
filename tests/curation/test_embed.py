"""Datasets with their media inside, opened by the programs that are made for them."""

import base64
import io
import json
import os
import subprocess
import sys

import av
import pytest
import soundfile

from sfbench.curation.embed.write import embed
from sfbench.errors import SfbenchError
from sfbench.manifest import read_manifest


@pytest.fixture(scope="module")
def copy(dataset, tmp_path_factory):
    """The dataset, linked into a folder that may be written to."""
    folder = tmp_path_factory.mktemp("embed") / "vgg-c"
    for path in dataset.folder.rglob("*"):
        if path.is_file() and path.relative_to(dataset.folder).parts[0][0] != ".":
            target = folder / path.relative_to(dataset.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return read_manifest(folder)


def python(code, *words, **variables):
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *map(str, words)],
        capture_output=True,
        env={**os.environ, **variables},
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return json.loads(ended.stdout)


# `datasets` passes sounds in WebDataset's form on by torchcodec alone, which needs FFmpeg's
# libraries; so there only their type is asked for, and WebDataset's own reader opens them below.
TYPES = """if True:
    import datasets, json, sys
    parts = datasets.load_dataset(sys.argv[1], streaming=True)
    types = {name: type(kind).__name__ for name, kind in parts["test"].features.items()}
    print(json.dumps([sorted(parts), types]))
"""


def test_load_dataset_takes_tars_for_videos_and_sounds(copy, tmp_path):
    offline = {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    splits, types = python(TYPES, embed(copy.folder, "webdataset"), **offline)
    assert splits == ["test", "train"]
    assert (types["mp4"], types["flac"]) == ("Video", "Audio")


ROWS = """if True:
    import datasets, io, json, sys, av, soundfile
    parts = datasets.load_dataset(sys.argv[1])
    types = [type(parts["test"].features[name]).__name__ for name in ("video", "audio")]
    raw = parts["test"].cast_column("video", datasets.Video(decode=False))
    row = raw.cast_column("audio", datasets.Audio(decode=False))[0]
    pictures = sum(1 for _ in av.open(io.BytesIO(row["video"]["bytes"])).decode(video=0))
    samples, rate = soundfile.read(io.BytesIO(row["audio"]["bytes"]))
    counts = {name: len(part) for name, part in parts.items()}
    print(json.dumps([counts, types, pictures, len(samples) / rate, row["id"], row["label"]]))
"""


def test_load_dataset_reads_videos_sounds_and_labels_from_parquet(copy, tmp_path):
    offline = {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    loaded = python(ROWS, embed(copy.folder, "parquet"), **offline)
    counts, types, pictures, seconds, key, label = loaded
    first = copy.split("test")[0]
    assert counts == {"train": 4, "test": 10}
    assert types == ["Video", "Audio"]
    assert (pictures, key, label) == (40, first.id, first.label)
    assert seconds == pytest.approx(5.0, abs=0.1)


def test_webdatasets_own_reader_finds_every_clip(copy):
    folder = embed(copy.folder, "webdataset")
    code = """if True:
        import base64, json, sys, webdataset
        read = webdataset.WebDataset(sys.argv[1], shardshuffle=False)
        print(json.dumps([[one["__key__"], json.loads(one["json"])["id"], len(one["mp4"]),
                           base64.b64encode(one["flac"]).decode()] for one in read]))
    """
    rows = python(code, folder / "test" / "00000.tar")
    assert [row[0] for row in rows] == [row[1] for row in rows]
    assert [row[0] for row in rows] == [clip.id for clip in copy.split("test")]
    assert rows[0][2] == copy.path(copy.split("test")[0].video).stat().st_size
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(rows[0][3])))
    with av.open(str(copy.path(copy.split("test")[0].video))) as container:
        assert rate == container.streams.audio[0].rate
    assert abs(samples).max() > 0.1


def test_equal_clips_give_equal_tars_and_one_kind_leaves_the_folder_alone(copy):
    first = (embed(copy.folder, "webdataset") / "test" / "00000.tar").read_bytes()
    assert (embed(copy.folder, "webdataset") / "test" / "00000.tar").read_bytes() == first
    assert read_manifest(copy.folder).sha256 == copy.sha256


def test_media_of_two_kinds_do_not_go_into_one_file(videos, tmp_path):
    from sfbench.curation.curate import curate
    from sfbench.curation.folder import Folder
    from sfbench.curation.recipe import read_recipe

    (tmp_path / "in").mkdir()
    data = (videos / "clip04.mp4").read_bytes()
    for name in ("a.mp4", "b.mov"):
        (tmp_path / "in" / name).write_bytes(data)
    curate(read_recipe("basic"), Folder(tmp_path / "in"), tmp_path / "out")
    with pytest.raises(SfbenchError, match=r"\.mov, \.mp4; use --format folder"):
        embed(tmp_path / "out", "webdataset")


def test_what_is_no_dataset_is_not_embedded(tmp_path):
    with pytest.raises(SfbenchError, match="no finished dataset"):
        embed(tmp_path, "parquet")
