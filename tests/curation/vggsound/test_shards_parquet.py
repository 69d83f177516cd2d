import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sfbench.curation.vggsound.shards_parquet import index_parquet, read_cell
from sfbench.errors import ClipError, SfbenchError

NAMES = [f"clip{index}" for index in range(7)]
VIDEOS = [name.encode() * 50 for name in NAMES]
STRUCT = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def all_names(name):
    return True


def saved(path, **columns):
    pq.write_table(pa.table(columns), path, row_group_size=3)
    return path


LAYOUTS = {
    "bytes beside an id": {"video_id": NAMES, "video": VIDEOS, "audio": [b"a"] * 7},
    "bytes and path": {
        "video": pa.array(
            [{"bytes": video, "path": name} for name, video in zip(NAMES, VIDEOS, strict=True)],
            STRUCT,
        ),
        "label": ["airplane"] * 7,
    },
    "webdataset": {
        "__key__": NAMES,
        "mp4": pa.array([{"bytes": video, "path": None} for video in VIDEOS], STRUCT),
        "json": ["{}"] * 7,
    },
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_gives_every_video_back(tmp_path, layout):
    path = saved(tmp_path / "part.parquet", **layout)
    cells = index_parquet(path, all_names)
    assert [cell.name for cell in cells] == NAMES
    for cell, video in zip(cells, VIDEOS, strict=True):
        read_cell(path, cell.group, cell.row, cell.column, tmp_path / "out.mp4")
        assert (tmp_path / "out.mp4").read_bytes() == video


def test_only_wanted_rows_are_listed(tmp_path):
    path = saved(tmp_path / "part.parquet", video_id=NAMES, video=VIDEOS)
    (cell,) = index_parquet(path, lambda name: name == "clip5")
    assert (cell.group, cell.row) == (1, 2)


def test_tables_without_videos_hold_none(tmp_path):
    assert index_parquet(saved(tmp_path / "a.parquet", label=["x"], n=[1]), all_names) == []
    assert index_parquet(saved(tmp_path / "b.parquet", a=[b"1"], b=[b"2"]), all_names) == []
    assert index_parquet(saved(tmp_path / "c.parquet", video=[b"1"]), all_names) == []


def test_a_row_without_bytes_is_missing(tmp_path):
    path = saved(tmp_path / "part.parquet", id=["clip0"], video=pa.array([None], pa.binary()))
    with pytest.raises(ClipError, match="missing-media"):
        read_cell(path, 0, 0, "video", tmp_path / "out.mp4")


def test_a_damaged_or_vanished_file_has_a_reason(tmp_path):
    path = tmp_path / "part.parquet"
    with pytest.raises(ClipError, match="missing-media"):
        read_cell(path, 0, 0, "video", tmp_path / "out.mp4")
    path.write_bytes(b"PAR1 nonsense PAR1")
    with pytest.raises(ClipError, match="damaged-shard"):
        read_cell(path, 0, 0, "video", tmp_path / "out.mp4")
    with pytest.raises(SfbenchError, match=r"part\.parquet"):
        index_parquet(path, all_names)
