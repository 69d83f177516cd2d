import pytest

from sfbench.curation.acquire.failures import RETRYABLE, failure
from sfbench.curation.acquire.halt import PATIENCE, Halt
from sfbench.errors import Reason, SfbenchError


@pytest.mark.parametrize("code, mend", [("bot-wall", "--cookies"), ("rate-limited", "--sleep")])
def test_a_wall_stops_at_once_and_is_held_against_no_clip(code, mend):
    halt, seen = Halt(), []
    for item in halt.until(range(10)):
        seen.append(item)
        if item == 3:
            assert halt.at(failure(code, "said so"))
    assert seen == [0, 1, 2, 3]
    with pytest.raises(SfbenchError, match=rf"said so.*3 of 10 clips were looked at.*{mend}"):
        halt.check(10, 3)


@pytest.mark.parametrize("code", sorted(RETRYABLE.keys() - {"bot-wall", "rate-limited"}))
def test_any_other_failure_is_the_clips_own(code):
    halt = Halt()
    assert not halt.at(failure(code, "x"))
    assert list(halt.until([1])) == [1]
    halt.check(1, 1)


@pytest.mark.parametrize("code", ["network", "no-formats"])
def test_many_failures_in_a_row_stop_too(code):
    halt = Halt()
    for _ in range(PATIENCE - 1):
        assert not halt.at(failure(code, "x"))
    halt.check(9, 9)
    assert not halt.at(failure(code, "x"))
    assert list(halt.until([1])) == []
    with pytest.raises(SfbenchError, match="type the same command again"):
        halt.check(9, 9)


@pytest.mark.parametrize("between", [None, Reason("health", "silent"), failure("gone", "x")])
def test_a_clip_in_between_breaks_the_row(between):
    halt = Halt()
    for _ in range(3 * PATIENCE):
        halt.at(failure("network", "x"))
        halt.at(between)
    halt.check(1, 1)
