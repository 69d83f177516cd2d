import pytest

from sfbench.errors import Reason
from sfbench.leaderboard import sentences, wording
from sfbench.leaderboard.pairs import share
from sfbench.leaderboard.rank import rank
from sfbench.result import Difference, Failure
from tests.leaderboard.made_up import result, score


def failed(*ids):
    return [Failure(id=key, reason=Reason("generate", "time-out", "took long")) for key in ids]


def on_common_clips():
    """Three systems of which two failed, brought onto the clips that all have."""
    (table,) = rank(
        [
            result("a", score(1), left_out=["x", "y"], n=100),
            result("b", score(2), left_out=["y"], failures=failed("x"), coverage=0.99, n=100),
            result("c", score(3), failures=failed("x", "y"), coverage=0.98, n=100),
        ]
    )
    return table


def test_all_rows_rest_on_the_same_clips_and_the_table_says_which_were_left_out_and_why():
    table = on_common_clips()
    assert [row.scored for row in table.rows] == [98, 98, 98]
    assert sentences.basis(table) == (
        "All rows rest on the same 98 of 100 clips. "
        "2 clips were left out because a system failed on them (b on 1, c on 2)."
    )
    assert sentences.left_out(table) == {"x": ["b", "c"], "y": ["c"]}


def test_nothing_is_said_of_clips_left_out_where_none_was():
    (table,) = rank([result("a", score(1)), result("b", score(2))])
    assert sentences.basis(table) == "All rows rest on the same 10 clips."
    assert sentences.left_out(table) == {}


def test_a_system_that_is_not_ranked_says_why_and_on_how_many_clips_it_rests():
    (table,) = rank(
        [
            result("a", score(1), n=50),
            result("b", score(2), scored="fewer", coverage=0.92, failures=failed("x"), n=50),
        ]
    )
    assert wording.standing(table.rows[0]) == ""
    assert wording.standing(table.rows[1]) == (
        "not ranked: failed 8 % of the clips (more than 2 %)"
    )
    assert wording.failed(table.rows[1]) == "4 of 50"
    assert sentences.basis(table) == "All ranked rows rest on the same 50 clips. b rests on 46."


def test_a_share_just_above_what_is_tolerated_is_not_rounded_onto_it():
    (table,) = rank([result("a", score(1), coverage=0.976, n=1000)])
    assert wording.standing(table.rows[0]).startswith("not ranked: failed 2.4 % of")


def test_a_result_that_does_not_say_which_clips_it_rests_on_is_not_called_the_same():
    (table,) = rank([result("a", score(1), scored=""), result("b", score(2), scored="")])
    assert sentences.basis(table) == "10 of 10 clips were scored; which ones is not recorded."


def test_a_warning_that_all_systems_share_is_said_once():
    (table,) = rank(
        [
            result("a", score(1, warnings=["n < d", "short"])),
            result("b", score(2, warnings=["n < d"])),
        ]
    )
    assert sentences.warnings(table) == ["† fad.mel: n < d", "† fad.mel (a): short"]


def test_systems_that_too_few_clips_tell_apart_are_named():
    rows = rank([result("a", score(1)), result("b", score(2)), result("c", score(2))])

    def differ(first, second, difference, p):
        systems = (f"{name}@{rows[0].rows[0].result.revision}" for name in (first, second))
        one, other = systems
        return Difference(
            protocol=rows[0].protocol.sha256,
            metric="fad.mel",
            first=one,
            second=other,
            difference=difference,
            p=p,
            p_holm=p,
        )

    (table,) = share(
        rows, [differ("a", "b", -1.0, 0.4), differ("a", "c", -1.0, 0.01), differ("b", "c", 0.0, 1)]
    )
    assert sentences.undecided(table) == ["fad.mel: 10 clips are too few to tell a from b"]
    assert sentences.undecided(table)[0] in sentences.remarks(table)


def test_failures_past_the_tenth_are_counted():
    (table,) = rank([result("a", score(1), failures=failed(*map(str, range(13))), n=1000)])
    said = sentences.failures(table)
    assert len(said) == 11
    assert said[-1] == "a failed on 3 more clips"


@pytest.mark.parametrize("value", [0.0728, -0.01])
def test_scales_stand_beside_a_number_with_digits_of_their_own(value):
    scales = {"100cos": 100 * value, "50(1+cos)": 50 * (1 + value)}
    (table,) = rank([result("a", score(value, scales=scales))])
    shown = wording.scales(table.rows[0].cells[0].score, table.columns[0])
    assert shown in {
        "100cos 7.280 · 50(1+cos) 53.64",
        "100cos -1.000 · 50(1+cos) 49.50",
    }
