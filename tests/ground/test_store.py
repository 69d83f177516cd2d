"""Files that are whole or absent, JSON lines and hashes."""

import hashlib
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfbench import store
from sfbench.clip import Clip
from sfbench.errors import SfbenchError

KILLED_IN_MID_WRITE = """
import sys, time
from pathlib import Path
from sfbench import store
with store.replacing(Path(sys.argv[1])) as partial:
    partial.write_bytes(b"half of the new con")
    print("writing", flush=True)
    time.sleep(600)
"""


def test_what_was_written_is_read(tmp_path):
    store.write_bytes(tmp_path / "new" / "folder" / "file", b"content")
    store.write_text(tmp_path / "text", "Größe\n")
    store.write_json(tmp_path / "value.json", {"a": [1, None]})
    assert (tmp_path / "new" / "folder" / "file").read_bytes() == b"content"
    assert (tmp_path / "text").read_bytes() == "Größe\n".encode()
    assert json.loads((tmp_path / "value.json").read_text()) == {"a": [1, None]}


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, error):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(error), store.replacing(path) as partial:
        partial.write_text("half of the new con")
        raise error
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_writes_nothing_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(FileNotFoundError), store.replacing(path):
        pass
    assert path.read_text() == "old"


def test_a_writer_that_is_killed_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    command = [sys.executable, "-c", KILLED_IN_MID_WRITE, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline() == b"writing\n"
        writer.kill()
    assert path.read_text() == "old"
    store.write_text(path, "new")
    assert path.read_text() == "new"


def test_the_partial_file_keeps_folder_and_suffix_and_is_hidden(tmp_path):
    with store.replacing(tmp_path / "clip.mp4") as partial:
        assert (partial.parent, partial.suffix, partial.name[0]) == (tmp_path, ".mp4", ".")
        partial.touch()


def test_of_concurrent_writers_one_wins_whole(tmp_path):
    path = tmp_path / "file"
    contents = [bytes([65 + index]) * 100_000 for index in range(4)]

    def write(content: bytes) -> None:
        for _ in range(10):
            store.write_bytes(path, content)
            assert path.read_bytes() in contents

    writers = [threading.Thread(target=write, args=(content,)) for content in contents]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


records = st.lists(
    st.dictionaries(
        st.text(max_size=5), st.none() | st.text() | st.integers(-(2**53), 2**53) | st.booleans()
    )
)


@settings(max_examples=30)
@given(records)
def test_lines_come_back_as_they_were(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("lines") / "rows.jsonl"
    store.write_bytes(path, store.to_lines(rows))
    assert store.read_lines(path, dict) == rows


def test_equal_records_give_equal_lines():
    assert store.to_lines([{"a": 1, "b": 2}]) == store.to_lines([{"b": 2, "a": 1}])


@dataclass(frozen=True)
class Row:
    number: int


@pytest.mark.parametrize(
    "line", [b'{"number": "one"}', b"{}", b"not json", b'{"number": 1', b"", b"\xff\xfe"]
)
def test_an_unreadable_line_is_named(tmp_path, line):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"number":1}\n' + line + b"\n")
    with pytest.raises(SfbenchError, match=r"rows\.jsonl, line 2: "):
        store.read_lines(path, Row)


def test_a_missing_file_of_lines_is_named(tmp_path):
    with pytest.raises(SfbenchError, match=r"rows\.jsonl cannot be read"):
        store.read_lines(tmp_path / "rows.jsonl", Row)


def test_an_unsafe_clip_id_in_a_file_is_the_users_to_mend(tmp_path):
    clip = {"id": "../../etc", "label": None, "split": "test", "video": "a", "sha256": ""}
    (tmp_path / "clips.jsonl").write_text(json.dumps(clip | {"seconds": 1.0}))
    with pytest.raises(SfbenchError, match="line 1: unsafe clip id"):
        store.read_lines(tmp_path / "clips.jsonl", Clip)


def test_hashes_are_sha256(tmp_path):
    data = bytes(range(256)) * 1_000
    (tmp_path / "data").write_bytes(data)
    expected = hashlib.sha256(data).hexdigest()
    assert store.sha256_file(tmp_path / "data") == store.sha256_bytes(data) == expected


def test_a_fingerprint_looks_at_values_not_at_their_order():
    assert store.fingerprint({"a": 1, "b": [2]}) == store.fingerprint({"b": [2], "a": 1})
    assert store.fingerprint({"a": 1}) != store.fingerprint({"a": 2})
    assert store.fingerprint([1, 2]) != store.fingerprint([2, 1])


def test_home_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    assert store.home() == tmp_path
    monkeypatch.delenv("SFBENCH_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert store.home() == Path(tmp_path, ".cache", "sfbench")
