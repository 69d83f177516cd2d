import json
from dataclasses import dataclass

import msgspec
import pytest

from sfbench.curation import chosen
from sfbench.curation.curate import curate, foresee
from sfbench.curation.examine import Verdict
from sfbench.curation.folder import Folder
from sfbench.curation.recipe import read_recipe
from sfbench.curation.settle import ASIDE, settle
from sfbench.curation.source import Candidate
from sfbench.errors import Reason
from sfbench.manifest import read_manifest


@dataclass(frozen=True)
class EveryOther:
    """Keeps as many clips as the greatest index of a file name says, less three."""

    recipe: object
    name: str = "every-other"
    needs_media: bool = False

    def drop(self, drafts):
        for place, draft in enumerate(drafts):
            draft.evidence[self.name] = {"place": place, "of": len(drafts)}
        least = len(drafts) - 3
        return {
            draft.candidate.id: Reason(self.name, "too-early", f"place {place} < {least}")
            for place, draft in enumerate(drafts)
            if place < least
        }


@pytest.fixture
def recipe(monkeypatch):
    rows = {**chosen.steps._rows, "every-other": f"{__name__}:EveryOther"}
    monkeypatch.setattr(chosen.steps, "_rows", rows)
    plain = read_recipe("basic")
    return msgspec.structs.replace(plain, steps=["label", "health", "every-other"])


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_step_of_the_whole_set_drops_with_a_reason_after_all_others(recipe, videos, tmp_path):
    made = curate(recipe, Folder(videos), tmp_path)
    last = made.funnel.rows[-1]
    assert (last.step, last.entered, last.kept) == ("every-other", 14, 3)
    assert last.reasons == {"too-early": 11}
    assert [clip.id for clip in read_manifest(tmp_path).clips] == ["clip11", "clip12", "clip13"]
    first = lines(tmp_path / "rejected.jsonl")[0]
    assert first["reason"]["detail"] == "place 0 < 11"
    assert first["evidence"]["every-other"] == {"place": 0, "of": 14}
    assert first["evidence"]["health"], "what single steps measured is lost"


def test_media_that_only_the_set_drops_lies_aside_and_out_of_the_datasets_way(
    recipe, videos, tmp_path
):
    curate(recipe, Folder(videos), tmp_path)
    assert {path.name for path in tmp_path.glob("test/*.mp4")} == {
        "clip11.mp4",
        "clip12.mp4",
        "clip13.mp4",
    }
    assert len(list((tmp_path / ASIDE).rglob("*.mp4"))) == 11


def test_a_growing_set_looks_at_no_clip_twice_and_ends_like_one_that_never_grew(
    recipe, videos, tmp_path
):
    curate(recipe, Folder(videos, limit=5), tmp_path / "grown")
    few = (tmp_path / "grown" / "journal.jsonl").read_bytes()
    assert len(list(tmp_path.glob("grown/train/*.mp4"))) == 2
    for limit in (14, 5, 14):
        curate(recipe, Folder(videos, limit=limit), tmp_path / "grown")
    curate(recipe, Folder(videos), tmp_path / "whole")
    for name in ("manifest.jsonl", "rejected.jsonl", "dataset.json"):
        grown, whole = ((tmp_path / folder / name).read_bytes() for folder in ("grown", "whole"))
        assert grown == whole
    journal = (tmp_path / "grown" / "journal.jsonl").read_bytes()
    assert journal.startswith(few)
    assert len(journal.splitlines()) == 1 + 14, "a clip was looked at twice"
    clips = read_manifest(tmp_path / "grown").clips
    assert all((tmp_path / "grown" / clip.video).is_file() for clip in clips)


def test_a_dry_run_asks_steps_of_the_whole_set_that_need_no_media(recipe, videos):
    made = foresee(recipe, Folder(videos))
    assert [(row.step, row.kept) for row in made.funnel.rows] == [("label", 14), ("every-other", 3)]
    assert made.notes[-1] == "steps that need media were not run: health"


def test_the_order_of_arrival_does_not_matter():
    candidates = [Candidate(id=name) for name in "fbdaec"]
    judged = [Verdict(id=one.id) for one in candidates]
    settled = settle(judged, candidates, [EveryOther(None)])
    assert {one.id for one in settled if one.reason is None} == set("def")
    assert [one.id for one in settled] == list("fbdaec")
    assert all(one.evidence == {} for one in judged), "what the journal said was changed"
