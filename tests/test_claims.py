"""The page of claims from made-up runs: clip values and embeddings whose difference is known."""

from pathlib import Path

import numpy as np
import pytest

from sfbench import claims as story
from sfbench import store
from sfbench.claims import check_claims
from sfbench.eval.listen import Row
from sfbench.eval.memory import Memory
from sfbench.eval.protocol import read_protocol
from sfbench.leaderboard.claims.claim import Claim, Claims, Trial
from sfbench.result import ClipScores, DatasetRef, Measure, ProtocolRef, Result, Score

CLIPS = [f"clip{place:03d}" for place in range(120)]
PROTOCOL = read_protocol("basic")
REF = ProtocolRef(name="basic", sha256=PROTOCOL.sha256)


class Kept(dict):
    """Embeddings in memory; a thousand files would take longer than the tests."""

    def has(self, key):
        return key in self

    def get(self, key):
        return self[key]


KEPT = Kept()


def write_run(runs: Path, model: str, better: float, *, revision="r1", ids=CLIPS, kept=True):
    """A run whose coverage is 0.5 + better and whose sounds lie 1 - better from the truth."""
    folder, random = runs / model / revision, np.random.default_rng(len(model))
    signatures = {"mel": "mel|made-up"}
    clips, rows = [], []
    for place, name in enumerate(ids):
        value = 0.5 + better + 0.01 * random.standard_normal()
        clip = ClipScores(
            id=name,
            metrics={"continuity.coverage": Measure(value=value if place else None, reason=None)},
            evidence={"traits": ["tiny"] if place % 4 == 0 else []},
        )
        truth = np.random.default_rng(place).standard_normal((1, 3))
        keys = f"{name}/truth", f"{name}/{model}"
        KEPT.update({keys[0]: {"embedding": truth}, keys[1]: {"embedding": truth + 1 - better}})
        clips.append(clip)
        rows.append(Row(id=name, scores=clip, keys={"mel": keys}))
    result = Result(
        model=model,
        revision=revision,
        dataset=DatasetRef(name="made-up", split="test", manifest_sha256="m" * 64, n=len(CLIPS)),
        protocol=REF,
        scores=[
            Score(
                metric=metric,
                signature=f"{metric}|v|n={len(ids)}|v1",
                value=0.5,
                n=len(ids),
                higher_is_better=metric != "fad.mel",
            )
            for metric in ("continuity.coverage", "fad.mel")
        ],
        coverage=len(ids) / len(CLIPS),
    )
    store.write_json(folder / "run.json", {"dataset": {"folder": "nowhere"}})
    if kept:
        protocol = Memory(folder / "scores" / "basic", PROTOCOL, signatures, "asked")
        protocol.keep(result, clips, rows)
    else:
        store.write_bytes(folder / "clips.jsonl", store.to_lines(clips))
        store.write_json(folder / "result.json", result)


def claims(*trials, least=95):
    claim = Claim(id="c", section="I", says="It is better.", trials=trials)
    return Claims(1, "A paper", "https://example.org", "basic", least, (claim,), ("It is small.",))


def trial(metric="continuity.coverage", expects="higher", a="ours", b="theirs", **more):
    return Trial(metric=metric, a=a, b=b, expects=expects, differ="one thing", **more)


@pytest.fixture(autouse=True)
def in_memory(monkeypatch):
    monkeypatch.setattr(story, "home_cache", lambda: KEPT)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    write_run(folder, "ours", 0.3)
    write_run(folder, "theirs", 0.1, ids=CLIPS[:110])
    write_run(folder, "alike", 0.3, kept=False)
    return folder


def test_means_are_compared_on_the_clips_with_a_value_of_both(runs, tmp_path):
    (tested,) = check_claims(claims(trial()), [runs], tmp_path / "claims.md")
    (finding,) = tested.findings
    assert (tested.verdict, finding.n, finding.of) == ("holds", 109, 110)
    assert finding.low < 0.2 < finding.high
    assert finding.first - finding.second == pytest.approx(0.2, abs=0.01)
    assert finding.p_holm == finding.p < 0.01
    assert "`continuity.coverage`" in (tmp_path / "claims.md").read_text()


def test_distances_are_compared_by_their_embeddings(runs, tmp_path):
    # Both are shifts of the truth: a Fréchet distance of three times the square of the shift.
    (tested,) = check_claims(claims(trial("fad.mel", "lower")), [runs], tmp_path / "claims.md")
    (finding,) = tested.findings
    assert (tested.verdict, finding.n) == ("holds", 110)
    assert finding.first == pytest.approx(3 * 0.7**2)
    assert finding.second == pytest.approx(3 * 0.9**2)
    assert finding.low <= 3 * (0.7**2 - 0.9**2) <= finding.high
    assert finding.p == pytest.approx(1 / (1 + PROTOCOL.interval.replicates))


def test_a_part_of_the_clips_may_be_too_few(runs, tmp_path):
    (tested,) = check_claims(claims(trial(clips="tiny")), [runs], tmp_path / "claims.md")
    (finding,) = tested.findings
    assert (tested.verdict, finding.n, finding.of) == ("undecided", 27, 28)
    (tested,) = check_claims(claims(trial(clips="tiny"), least=20), [runs], tmp_path / "claims.md")
    assert tested.verdict == "holds"
    (tested,) = check_claims(claims(trial(clips="gated")), [runs], tmp_path / "claims.md")
    assert tested.findings[0].reason == "an interval needs 8 clips"


def test_what_is_not_measured_is_undecided_and_says_why(runs, tmp_path):
    asked = claims(
        trial(b="nobody"), trial("kad.mel", "lower"), trial("fad.mel", "lower", b="alike")
    )
    (tested,) = check_claims(asked, [runs], tmp_path / "claims.md")
    assert set(tested.verdicts) == {"undecided"}
    reasons = [finding.reason for finding in tested.findings]
    assert reasons[0] == "no run of nobody"
    assert reasons[1].startswith("the metric is not there")
    assert "embeddings are not on this machine" in reasons[2]


def test_every_revision_is_asked_and_all_questions_are_corrected_together(tmp_path):
    write_run(tmp_path / "runs", "ours", 0.3)
    write_run(tmp_path / "runs", "ours", 0.0, revision="r2")
    write_run(tmp_path / "runs", "theirs", 0.1)
    (tested,) = check_claims(claims(trial()), [tmp_path / "runs"], tmp_path / "claims.md")
    assert tested.verdicts == ("holds", "does not hold")
    assert tested.verdict == "does not hold"
    assert all(finding.p_holm == pytest.approx(2 * finding.p) for finding in tested.findings)


def test_equal_runs_give_equal_bytes(runs, tmp_path):
    for name in ("one.md", "two.md"):
        check_claims(claims(trial(), trial("fad.mel", "lower")), [runs], tmp_path / name)
    assert (tmp_path / "one.md").read_bytes() == (tmp_path / "two.md").read_bytes()
