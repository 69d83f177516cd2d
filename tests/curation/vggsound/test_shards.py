import gzip
import io
import os
import sys
import tarfile

import numpy as np
import pytest

from sfbench.curation.vggsound import shards
from sfbench.curation.vggsound.shards import index_shard, read_member
from sfbench.errors import ClipError, SfbenchError

NAMES = [f"video/clip{index}.mp4" for index in range(12)]


def content(name, size=30_000):
    """Return bytes that do not compress, as those of videos."""
    return np.random.default_rng(sum(name.encode())).bytes(size)


def tarred(path, names=NAMES, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = len(content(name))
            archive.addfile(entry, io.BytesIO(content(name)))
        link = tarfile.TarInfo("video/link.mp4")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return path


def is_video(name):
    return name.endswith(".mp4")


def read(path, member, tmp_path):
    read_member(path, member.offset, member.size, tmp_path / "out")
    return (tmp_path / "out").read_bytes()


@pytest.fixture(params=["shard.tar", "shard.tar.gz"])
def shard(request, tmp_path):
    return tarred(tmp_path / request.param, mode="w:gz" if "gz" in request.param else "w")


def test_every_member_is_found_and_read_in_any_order(shard, tmp_path):
    found = index_shard(shard, is_video)
    assert found.damage is None
    assert [member.name for member in found.members] == NAMES, "links are no members"
    for member in reversed(found.members):
        assert read(shard, member, tmp_path) == content(member.name)


def test_only_wanted_names_are_listed(shard):
    assert [one.name for one in index_shard(shard, lambda name: "11" in name).members] == [
        "video/clip11.mp4"
    ]


def test_an_index_is_kept_until_the_shard_changes(shard, monkeypatch):
    first = index_shard(shard, is_video)
    with monkeypatch.context() as patch:
        patch.setattr(shards, "_members", lambda file: pytest.fail("listed again"))
        assert index_shard(shard, is_video) == first
    tarred(shard, NAMES[:3], mode="w:gz" if shard.suffix == ".gz" else "w")
    os.utime(shard, ns=(1, 1))
    assert len(index_shard(shard, is_video).members) == 3


def test_a_shard_that_was_cut_off_gives_what_came_before(shard, tmp_path):
    whole = shard.read_bytes()
    shard.write_bytes(whole[: len(whole) // 2])
    found = index_shard(shard, is_video)
    assert "unreadable after" in found.damage
    assert 4 <= len(found.members) <= 7
    for member in found.members[:-1]:
        assert read(shard, member, tmp_path) == content(member.name)
    with pytest.raises(ClipError) as caught:
        read(shard, found.members[-1], tmp_path)
    assert (caught.value.reason.code, caught.value.reason.retryable) == ("damaged-shard", True)
    assert {path.name for path in tmp_path.iterdir()} == {shard.name, "out"}, "half a file is left"


def test_a_damaged_header_ends_the_shard_with_a_reason(tmp_path):
    path = tarred(tmp_path / "shard.tar")
    third = index_shard(path, is_video).members[3]
    data = bytearray(path.read_bytes())
    data[third.offset - 512 : third.offset] = b"\x07" * 512
    path.write_bytes(data)
    os.utime(path, ns=(1, 1))
    found = index_shard(path, is_video)
    assert [member.name for member in found.members] == NAMES[:3]
    assert "unreadable after 3 clips: neither a file nor the end" in found.damage


def test_a_tar_that_ends_between_members_is_damaged_too(tmp_path):
    path = tarred(tmp_path / "shard.tar")
    third = index_shard(path, is_video).members[3]
    path.write_bytes(path.read_bytes()[: third.offset - 512])
    found = index_shard(path, is_video)
    assert len(found.members) == 3
    assert found.damage is not None


def test_a_flipped_byte_in_a_compressed_shard_is_found(tmp_path):
    path = tarred(tmp_path / "shard.tar.gz", mode="w:gz")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 40] = bytes(40)
    path.write_bytes(data)
    assert index_shard(path, is_video).damage is not None


@pytest.mark.parametrize(
    "data",
    [b"", b"no tar at all" * 100, gzip.compress(b"no tar" * 500, mtime=0)],
    ids=["empty", "plain", "compressed"],
)
def test_what_is_no_tar_is_damaged_and_empty(tmp_path, data):
    path = tmp_path / "shard.tar"
    path.write_bytes(data)
    found = index_shard(path, is_video)
    assert found.members == []
    assert found.damage is not None


def test_a_shard_that_vanished_costs_its_clips_alone(tmp_path):
    path = tarred(tmp_path / "shard.tar")
    member = index_shard(path, is_video).members[0]
    path.unlink()
    with pytest.raises(ClipError, match="missing-media"):
        read(path, member, tmp_path)


def test_without_indexed_gzip_compressed_shards_say_what_to_install(tmp_path, monkeypatch):
    path = tarred(tmp_path / "shard.tgz", mode="w:gz")
    monkeypatch.setitem(sys.modules, "indexed_gzip", None)
    with pytest.raises(SfbenchError, match=r"sfbench\[vggsound\]"):
        index_shard(path, is_video)
    assert index_shard(tarred(tmp_path / "plain.tar"), is_video).damage is None


def test_the_index_of_a_compressed_shard_has_points_to_start_from(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "_SPACING", 1 << 20)
    path = tmp_path / "shard.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name in NAMES[:6]:
            entry = tarfile.TarInfo(name)
            entry.size = 3 << 20
            archive.addfile(entry, io.BytesIO(content(name, entry.size)))
    members = index_shard(path, is_video).members
    index = shards._kept(path, ".gzidx")
    assert index.stat().st_size > 10 * 32_768, "each point holds 32 KiB"
    assert read(path, members[-1], tmp_path) == content(NAMES[5], 3 << 20)
