import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfbench.leaderboard.pairs import answers_of, asked, pairs_of, share
from sfbench.leaderboard.rank import rank
from sfbench.leaderboard.sentences import answered
from sfbench.leaderboard.wording import side
from tests.leaderboard.made_up import difference, result, score


def tables():
    return rank(
        [
            result("far", score(9), score(0.2, metric="coverage", higher=True)),
            result("near", score(2), score(0.9, metric="coverage", higher=True)),
            result("middle", score(5), score(0.5, metric="coverage", higher=True)),
        ]
    )


def test_pairs_stand_in_the_order_of_the_rows_whichever_way_they_were_asked():
    (table,) = share(tables(), [difference("far", "near", 7.0, 0.01)])
    (pair,) = pairs_of(table)
    assert (pair.first.model, pair.second.model) == ("near", "far")
    (answer,) = pair.answers
    assert answer.difference.difference == -7.0
    assert answer.better.model == "near"
    assert side(answer) == "◀"


def test_the_better_system_is_the_one_the_direction_says():
    given = [
        difference("near", "far", -7.0, 0.01),
        difference("near", "far", 0.7, 0.2, metric="coverage"),
        difference("middle", "far", -0.1, 0.2, metric="coverage"),
        difference("near", "middle", 0.0, 1.0),
    ]
    (table,) = share(tables(), given)
    sides = [side(answer) for answer in answers_of(table)]
    assert sides == ["=", "◀", "◀", "▶"]
    better = [answer.better and answer.better.model for answer in answers_of(table)]
    assert better == [None, "near", "near", "far"]


@pytest.mark.parametrize(("p", "significant"), [(0.049, True), (0.05, False), (0.9, False)])
def test_only_a_corrected_p_below_one_in_twenty_is_significant(p, significant):
    (table,) = share(tables(), [difference("near", "far", -7.0, p, p=0.0001)])
    (answer,) = answers_of(table)
    assert answer.significant is significant
    assert answered(table) == f"{int(significant)} of 1 differences are more than chance"


def test_a_metric_nobody_asked_about_has_no_column():
    (table,) = share(tables(), [difference("near", "far", 0.7, 0.2, metric="coverage")])
    assert [column.metric for column in asked(table)] == ["coverage"]


def test_a_pair_that_was_not_asked_about_a_metric_has_an_empty_place():
    given = [
        difference("near", "far", -7.0, 0.01),
        difference("near", "middle", 0.4, 0.2, metric="coverage"),
    ]
    (table,) = share(tables(), given)
    assert [[a is not None for a in pair.answers] for pair in pairs_of(table)] == [
        [False, True],
        [True, False],
    ]


@pytest.mark.parametrize(
    "stray",
    [
        difference("near", "nobody", 1.0, 0.5),
        difference("near", "far", 1.0, 0.5, protocol="q" * 64),
        difference("near", "far", 1.0, 0.5, metric="unknown"),
    ],
)
def test_a_difference_that_belongs_to_no_table_is_refused(stray):
    with pytest.raises(ValueError, match="no table holds"):
        share(tables(), [stray])


@given(st.permutations([("near", "far", 7.0), ("middle", "near", 3.0), ("far", "middle", 4.0)]))
def test_the_order_of_the_questions_does_not_matter(order):
    def shared(given):
        return share(tables(), [difference(*one, 0.5) for one in given])

    assert shared(order) == shared(sorted(order))


def best(table):
    return [row.model for row in table.rows for cell in row.cells if cell.best]


@pytest.mark.parametrize(("p", "bold"), [(0.01, ["near"]), (0.5, [])])
def test_the_best_is_bold_only_where_no_difference_may_be_chance(p, bold):
    apart = rank([result("near", score(2, 1, 3)), result("far", score(9, 8, 10))])
    assert best(apart[0]) == ["near"]
    (table,) = share(apart, [difference("near", "far", -7.0, p)])
    assert best(table) == bold


def test_a_difference_from_the_ceiling_takes_no_ones_place_as_the_best():
    given = [result("near", score(2, 1, 3)), result("far", score(9, 8, 10))]
    (table,) = share(
        rank([*given, result("reference", score(1.9, 1, 2))]),
        [difference("near", "reference", 0.1, 0.9), difference("near", "far", -7.0, 0.01)],
    )
    assert best(table) == ["near"]
