import numpy as np
import pytest

from sfbench.clip import Clip
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest
from sfbench.model.training.spans import inside
from sfbench.model.tuning.lesson import (
    Lesson,
    _of_clip,
    is_checked,
    of_audioset_strong,
    of_dataset,
)
from tests.model.tuning.world import LABELS, SOUNDS, write_world


def clip(name="a_000000", **changes):
    known = {"label": "helicopter", "split": "train", "video": "a.mp4", "sha256": "0", "seconds": 4}
    return Clip(id=name, **known | changes)


def test_truth_says_what_sounds_and_when(tmp_path):
    lessons = of_dataset(write_world(tmp_path / "world", count=2), "train")
    assert [one.text for one in lessons.rows] == list(LABELS)
    assert {one.spans for one in lessons.rows} == {(SOUNDS,)}
    assert len(lessons.sha256) == 64


def test_without_truth_the_label_sounds_where_grounding_heard_it(tmp_path):
    nowhere = Manifest(tmp_path, "nowhere", ())
    heard = _of_clip(nowhere, clip(evidence={"grounding": {"runs": [[0.5, 2]]}}))
    assert (heard.text, heard.spans) == ("helicopter", ((0.5, 2.0),))
    assert _of_clip(nowhere, clip()).spans is None


def audioset(folder, events):
    (folder / "media").mkdir()
    (folder / "media" / "abc_30000.wav").write_bytes(b"sound")
    (folder / "names.tsv").write_text("/m/1\tSiren\n/m/2\tWind\n")
    head = "segment_id\tstart_time_seconds\tend_time_seconds\tlabel\n"
    (folder / "events.tsv").write_text(head + events)
    return folder / "events.tsv", folder / "media", folder / "names.tsv"


def test_audioset_strong_joins_the_names_of_a_segments_events(tmp_path):
    rows = ["abc_30000\t2.5\t4\t/m/2", "abc_30000\t0.0\t1.5\t/m/1", "abc_30000\t5\t6\t/m/1"]
    events = "\n".join([*rows, "gone_0\t0\t1\t/m/1\n"])
    (lesson,) = of_audioset_strong(*audioset(tmp_path, events)).rows
    assert lesson.text == "Wind, Siren"
    assert lesson.spans == ((0.0, 1.5), (2.5, 4.0), (5.0, 6.0))
    assert (lesson.clip.video, lesson.clip.label) == ("abc_30000.wav", None)


@pytest.mark.parametrize(
    ("events", "complaint"),
    [
        ("gone_0\t0\t1\t/m/1\n", "holds no file called by a segment"),
        ("abc_30000\tsoon\t1\t/m/1\n", "'soon' where a time should be"),
        ("abc_30000\t0\n", "line 2 has no 4 columns"),
    ],
)
def test_a_table_that_cannot_be_used_is_told(tmp_path, events, complaint):
    with pytest.raises(SfbenchError, match=complaint):
        of_audioset_strong(*audioset(tmp_path, events))


def test_clips_of_one_recording_are_learnt_from_together_or_looked_at_together():
    lessons = [
        [Lesson(clip=clip(f"video{k}_{start:06d}"), text="", spans=None) for start in (0, 10, 20)]
        for k in range(400)
    ]
    checked = [{is_checked(one, 0.25) for one in own} for own in lessons]
    assert all(len(own) == 1 for own in checked)
    assert 0.18 < np.mean([own == {True} for own in checked]) < 0.32
    assert not any(is_checked(one, 0.0) for own in lessons for one in own)


def test_times_lie_in_a_span_from_its_beginning_to_before_its_end():
    told = inside(((1.0, 2.0), (3.0, 4.0)), np.array([0.5, 1.0, 2.0, 3.5]))
    assert told.tolist() == [False, True, False, True]
