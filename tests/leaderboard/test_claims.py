"""Verdicts by hand, and a page from made-up results."""

import pytest

from sfbench.benchmark_files import find
from sfbench.errors import SfbenchError
from sfbench.eval.metric import metrics
from sfbench.eval.protocol import read_protocol
from sfbench.leaderboard.claims.claim import Claim, Claims, Trial, read_claims
from sfbench.leaderboard.claims.page import to_page
from sfbench.leaderboard.claims.verdict import Finding, judge, together, verdict

UP = Trial(metric="clip_score.mini", a="ours", b="theirs", expects="higher", differ="one thing")
DOWN = Trial(metric="fad.mel", a="ours", b="theirs", expects="lower", differ="one | thing")


def found(trial, low, high, n=95, **more):
    return Finding(
        trial=trial,
        a="ours@1",
        b="theirs@2",
        n=n,
        of=n,
        first=0.0,
        second=0.0,
        low=low,
        high=high,
        **more,
    )


@pytest.mark.parametrize(
    ("trial", "low", "high", "says"),
    [
        (UP, 0.1, 0.2, "holds"),
        (UP, -0.2, -0.1, "does not hold"),
        (UP, -0.1, 0.2, "undecided"),
        (UP, 0.0, 0.2, "undecided"),
        (DOWN, -0.2, -0.1, "holds"),
        (DOWN, 0.1, 0.2, "does not hold"),
        (DOWN, -0.2, 0.1, "undecided"),
    ],
)
def test_a_verdict_is_where_the_whole_interval_lies(trial, low, high, says):
    assert verdict(found(trial, low, high), least=95) == says


def test_too_few_clips_and_nothing_measured_decide_nothing():
    assert verdict(found(UP, 0.1, 0.2, n=94), least=95) == "undecided"
    assert verdict(Finding(trial=UP, a="ours", b="theirs", reason="no run"), 95) == "undecided"
    assert together([]) == "undecided"


def test_one_experiment_against_a_claim_is_against_it():
    claim = Claim(id="c", section="I", says="better", trials=(UP, DOWN), tried="longer training")
    both = judge(claim, [found(UP, 1, 2), found(DOWN, -2, -1)], 95)
    assert both.verdict == "holds"
    against = judge(claim, [found(UP, 1, 2), found(DOWN, 1, 2)], 95)
    assert against.verdict == "does not hold"
    claims = Claims(1, "A paper", "https://example.org", "mini", 95, (claim,), ("It is small.",))
    assert "longer training" in to_page(claims, [against])
    assert "longer training" not in to_page(claims, [both])


def test_the_page_shows_numbers_as_measured_and_text_cannot_break_its_tables():
    claim = Claim(id="c", section="I", says="better", trials=(DOWN,))
    finding = Finding(
        trial=DOWN,
        a="ours@1",
        b="theirs@2",
        n=120,
        of=123,
        first=1.25,
        second=2.5,
        low=-1.5,
        high=-1.0,
        p=0.001,
        p_holm=0.004,
    )
    claims = Claims(1, "A paper", "https://example.org", "mini", 95, (claim,), ("It is small.",))
    page = to_page(claims, [judge(claim, [finding], 95)])
    (row,) = [line for line in page.splitlines() if line.startswith("| `ours@1`")]
    assert row.count(" | ") == 10
    assert "120 of 123" in row and "−1.25 (−1.5 … −1)" in row and "0.004" in row
    assert "one \\| thing" in row and row.endswith("| holds |")
    assert "fewer than 95 clips" in page and "- It is small." in page


def test_the_claims_of_the_paper_can_be_asked_of_the_protocol():
    claims = read_claims(find("leaderboard", "claims"))
    protocol = read_protocol(claims.protocol)
    for claim in claims.claims:
        assert claim.trials
        for trial in claim.trials:
            assert trial.metric in protocol.metrics
            wanted = "higher" if metrics[trial.metric].higher_is_better else "lower"
            assert trial.expects == wanted
            assert trial.a != trial.b


def test_a_trial_takes_the_clips_of_its_kind():
    either = Trial("m", "a", "b", "higher", "x", clips="moving or gated")
    assert either.takes(["gated"]) and either.takes(["moving", "tiny"])
    assert not either.takes(["tiny"])
    assert UP.takes([])


def test_an_id_is_there_once(tmp_path):
    text = find("leaderboard", "claims").read_text()
    (tmp_path / "own.toml").write_text(text.replace('id = "fad"', 'id = "tiny"'))
    with pytest.raises(SfbenchError, match="two claims have one id"):
        read_claims(tmp_path / "own.toml")
