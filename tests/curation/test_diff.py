import json
import shutil

import msgspec
import pytest

from sfbench.curation.curate import curate
from sfbench.curation.diff import compare_curations
from sfbench.curation.folder import Folder
from sfbench.curation.recipe import read_recipe
from sfbench.errors import SfbenchError
from tests.conftest import write_clip


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Curations: the second loses a.mp4, gets d.mp4 and e.mp4, and another label for c.mp4."""
    folder = tmp_path_factory.mktemp("diff")
    media, recipe = folder / "media", read_recipe("basic")
    media.mkdir()
    for place, name in enumerate("abc"):
        write_clip(media / f"{name}.mp4", 300.0 + 50 * place)
    table = "file_name,label\n" + "".join(f"{name}.mp4,helicopter\n" for name in "abce")
    (media / "metadata.csv").write_text(table)
    curate(recipe, Folder(media), folder / "old")
    (media / "a.mp4").unlink()
    write_clip(media / "d.mp4", 500.0)
    shutil.copy(media / "d.mp4", media / "e.mp4")
    changed = table.replace("a.mp4,helicopter\n", "d.mp4,helicopter\n")
    changed = changed.replace("c.mp4,helicopter", "c.mp4,airplane")
    (media / "metadata.csv").write_text(changed)
    strict = msgspec.structs.replace(recipe.health, silent_dbfs=-1.0)
    curate(msgspec.structs.replace(recipe, name="loose"), Folder(media), folder / "new")
    with pytest.raises(SfbenchError, match="no clip was kept"):
        curate(msgspec.structs.replace(recipe, health=strict), Folder(media), folder / "strict")
    return folder


def test_a_curation_is_the_same_as_itself(pair):
    found = compare_curations(pair / "old", pair / "old")
    assert found.same and not found.settings and not found.changes
    assert str(found) == "the same clips with the same evidence"


def test_every_change_has_its_cause(pair):
    found = compare_curations(pair / "old", pair / "new")
    assert found.counts == {"added": 2, "removed": 1, "changed": 1, "equal": 1}
    changes = {one.id: (one.what, one.why) for one in found.changes}
    assert changes["a"] == ("removed", "is not in the source any more")
    assert changes["d"] == ("added", "was not in the source")
    assert changes["e"] == ("added", "media said missing: there is no e.mp4")
    assert changes["c"] == ("changed", "label: helicopter → airplane")
    assert set(found.settings) == {"recipe_sha256"}


def test_a_threshold_that_changed_is_named_with_the_clips_that_it_cost(pair):
    found = compare_curations(pair / "new", pair / "strict")
    assert found.counts["removed"] == 4
    assert found.reasons == {"removed: health said silent": 4}
    old, new = found.settings["thresholds.health"]
    assert (old["silent_dbfs"], new["silent_dbfs"]) == (-60.0, -1.0)
    assert "removed b: health said silent: level" in str(found)


def test_forth_and_back_mirror_each_other(pair):
    there = compare_curations(pair / "old", pair / "new").counts
    back = compare_curations(pair / "new", pair / "old").counts
    assert (there["added"], there["removed"]) == (back["removed"], back["added"])
    assert json.loads(msgspec.json.encode(compare_curations(pair / "old", pair / "new")))["counts"]


def test_what_is_no_dataset_cannot_be_compared(pair, tmp_path):
    with pytest.raises(SfbenchError, match="no finished dataset"):
        compare_curations(pair / "old", tmp_path)
