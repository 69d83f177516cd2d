"""Journals: what is on disk counts, a torn end does not."""

import subprocess
import sys

import msgspec
import pytest

from sfbench.errors import Reason, SfbenchError
from sfbench.journal import Journal

ASKED = "fingerprint"
ROWS = [{"id": "a", "n": 1}, {"id": "b", "n": 2, "name": "Größe"}, {"id": "c", "n": 3}]

APPENDS_FOR_EVER = """
import sys
from pathlib import Path
from sfbench.journal import Journal
with Journal(Path(sys.argv[1]), "fingerprint") as journal:
    for number in range(1_000_000):
        journal.append({"id": str(number)})
        print(number, flush=True)
"""


def append(path, rows):
    with Journal(path, ASKED) as journal:
        for row in rows:
            journal.append(row)


def left_in(path):
    with Journal(path, ASKED) as journal:
        return journal.records


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out" / "journal.jsonl"


def test_a_new_journal_is_empty(path):
    assert left_in(path) == []


def test_records_are_there_for_the_next_process(path):
    append(path, ROWS[:2])
    append(path, ROWS[2:])
    assert left_in(path) == ROWS


def test_a_record_is_on_disk_before_the_journal_is_closed(path):
    journal = Journal(path, ASKED)
    journal.append(ROWS[0])
    on_disk = path.read_bytes().splitlines()
    journal.close()
    assert msgspec.json.decode(on_disk[1]) == ROWS[0]


def test_a_journal_torn_at_any_byte_keeps_its_whole_lines(path):
    append(path, ROWS)
    data = path.read_bytes()
    for cut in range(len(data) + 1):
        path.write_bytes(data[:cut])
        whole = max(data[:cut].count(b"\n") - 1, 0)
        assert left_in(path) == ROWS[:whole]
        append(path, [{"id": "new"}])
        assert left_in(path) == [*ROWS[:whole], {"id": "new"}]


@pytest.mark.parametrize("tail", [b"\0" * 40, b"\xff\xfe\n", b'{"id": \n', b"[1]\n", b"\r{}"])
def test_a_tail_of_rubbish_is_dropped(path, tail):
    append(path, ROWS)
    with path.open("ab") as file:
        file.write(tail)
    append(path, [{"id": "new"}])
    assert left_in(path) == [*ROWS, {"id": "new"}]


def test_a_killed_process_leaves_what_it_had_appended(path):
    command = [sys.executable, "-c", APPENDS_FOR_EVER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        said = [int(writer.stdout.readline()) for _ in range(20)]
        writer.kill()
    left = [int(row["id"]) for row in left_in(path)]
    assert left == list(range(len(left)))
    assert len(left) >= len(said)


def test_work_that_was_asked_differently_is_refused_and_kept(path):
    append(path, ROWS)
    before = path.read_bytes()
    with pytest.raises(SfbenchError, match=r"asked differently.*--out"):
        Journal(path, "another fingerprint")
    assert path.read_bytes() == before


def test_the_last_record_of_an_id_counts_and_some_are_done_again(path):
    append(path, [*ROWS, {"id": "a", "n": 9}])
    with Journal(path, ASKED) as journal:
        done = journal.finished(dict, again=lambda row: row["n"] == 2)
    assert done == {"a": {"id": "a", "n": 9}, "c": {"id": "c", "n": 3}}


def test_two_processes_do_not_share_a_journal(tmp_path):
    path = tmp_path / "journal.jsonl"
    with Journal(path, ASKED), pytest.raises(SfbenchError, match="another process is at work"):
        Journal(path, ASKED)
    Journal(path, ASKED).close()


def test_a_record_of_another_version_is_no_traceback(tmp_path):
    path = tmp_path / "journal.jsonl"
    with Journal(path, ASKED) as journal:
        journal.append({"id": "a", "age": "old"})
    with Journal(path, ASKED) as journal, pytest.raises(SfbenchError, match="another version"):
        journal.finished(Reason, lambda _: False)
