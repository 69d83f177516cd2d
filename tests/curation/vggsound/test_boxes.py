import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfbench.curation.sources import open_source
from sfbench.curation.vggsound.boxes import covered, open_boxes, read_areas
from sfbench.errors import SfbenchError

LIST = "--wheel0001,30,helicopter,test\nrotor__0003,5,helicopter,test\n"


def entry(key, *boxes):
    return {"file": key, "class": "helicopter", "bbox": [list(box) for box in boxes]}


@pytest.fixture
def drawn(tmp_path):
    """A file in the published layout."""
    path = tmp_path / "vggss.json"
    entries = [
        entry("--wheel0001_000030", (0.1, 0.2, 0.3, 0.7), (0.5, 0.5, 1.0, 1.0)),
        entry("slip___0002_000000", (0.25, 0.25, -2.9e16, 0.75), (0.5, 1.0, 0.75, 1.0)),
    ]
    path.write_text(json.dumps(entries))
    return path


def test_boxes_cover_the_picture_once_where_they_overlap():
    assert covered([(0, 0, 1, 1), (0.25, 0.25, 0.5, 0.5)]) == 1.0
    assert covered([(0, 0, 0.5, 1), (0.25, 0, 1, 0.5)]) == pytest.approx(0.75)
    assert covered([(0.2, 0.2, 0.4, 0.4), (0.6, 0.6, 0.8, 0.7)]) == pytest.approx(0.06)
    assert covered([]) == 0.0


@given(st.lists(st.tuples(*[st.floats(-0.5, 1.5)] * 4), max_size=4))
def test_what_is_covered_is_a_share_that_more_boxes_never_lessen(boxes):
    shares = [covered(boxes[:count]) for count in range(len(boxes) + 1)]
    assert all(more >= less - 1e-9 for less, more in pairwise(shares))
    assert 0 <= shares[-1] <= 1 + 1e-9


def test_a_clip_whose_boxes_are_slips_is_unknown_and_not_small(drawn):
    assert read_areas(drawn) == {"--wheel0001_000030": pytest.approx(0.1 + 0.25)}
    boxes = open_boxes(drawn)
    assert (boxes.clips, boxes.name) == (1, "unpublished")
    assert "not as published" in str(boxes)


def test_candidates_carry_the_share_and_the_dataset_names_the_file(drawn, tmp_path):
    (tmp_path / "list.csv").write_text(LIST)
    options = {"metadata": [str(tmp_path / "list.csv")]}
    plain = open_source("vggsound", **options)
    source = open_source("vggsound", **options, boxes=drawn)
    areas = {one.id: one.area for one in source.candidates()}
    assert areas == {"--wheel0001_000030": pytest.approx(0.35), "rotor__0003_000005": None}
    assert source.lists[-1]["file"] == "vggss.json"
    assert "1 clips" in source.notes[-1]
    assert source.identity.startswith(plain.identity) and source.identity != plain.identity


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("{}", "no boxes as VGG-SS has them"),
        ('[{"file": "a", "bbox": [[0, 0, 1]]}]', "no boxes as VGG-SS has them"),
        ('[{"file": "holiday", "bbox": []}]', "'holiday' is no clip"),
    ],
)
def test_a_file_that_holds_no_boxes_says_so(tmp_path, content, said):
    path = tmp_path / "boxes.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SfbenchError, match=said):
        open_boxes(path)


def test_another_source_has_no_boxes(drawn, tmp_path):
    with pytest.raises(SfbenchError, match="knows no --boxes"):
        open_source(f"folder:{tmp_path}", boxes=drawn)
