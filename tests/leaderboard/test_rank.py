from hypothesis import given
from hypothesis import strategies as st

from sfbench.leaderboard.rank import rank, separated_best
from tests.leaderboard.made_up import result, score


def bold(table, column=0):
    return [row.model for row in table.rows if row.cells[column].best]


def test_rows_stand_by_the_first_metric_and_the_best_is_bold_when_it_lies_apart():
    (table,) = rank(
        [result("b", score(5, 4, 6)), result("a", score(9, 8, 10)), result("c", score(2, 1, 3))]
    )
    assert [row.model for row in table.rows] == ["c", "b", "a"]
    assert table.order == "fad.mel"
    assert bold(table) == ["c"]


def test_a_higher_value_wins_where_higher_is_better():
    (table,) = rank(
        [
            result("a", score(0.5, 0.4, 0.6, higher=True)),
            result("b", score(0.9, 0.8, 1, higher=True)),
        ]
    )
    assert [row.model for row in table.rows] == ["b", "a"]
    assert bold(table) == ["b"]


def test_nothing_is_bold_when_intervals_overlap_or_touch():
    assert separated_best([score(2, 1, 3), score(4, 3, 5)]) is None
    assert separated_best([score(2, 1, 3.5), score(4, 3, 5)]) is None


def test_the_best_must_lie_apart_from_all_others_and_not_only_from_the_second():
    assert separated_best([score(2, 1, 3), score(4, 3.5, 4.5), score(6, 2.5, 9.5)]) is None


def test_nothing_is_bold_without_intervals_or_without_a_rival():
    assert separated_best([score(2), score(4)]) is None
    assert separated_best([score(2, 1, 3), score(9)]) is None
    assert separated_best([score(2, 1, 3)]) is None
    assert separated_best([score(2, 1, 3), None, score(None)]) is None


def test_the_ceiling_stands_on_top_and_does_not_compete():
    (table,) = rank(
        [
            result("a", score(5, 4, 6)),
            result("reference", score(0, 0, 0)),
            result("b", score(9, 8, 10)),
        ]
    )
    assert [(row.model, row.ceiling) for row in table.rows] == [
        ("reference", True),
        ("a", False),
        ("b", False),
    ]
    assert bold(table) == ["a"]


def test_a_missing_value_comes_last_and_keeps_its_reason():
    (table,) = rank([result("a", score(None, reason="no sound")), result("b", score(7, 6, 8))])
    assert [row.model for row in table.rows] == ["b", "a"]
    assert table.rows[1].cells[0].value is None
    assert table.rows[1].cells[0].reason == "no sound"


def test_a_metric_that_one_result_does_not_have_is_a_cell_with_a_reason():
    (table,) = rank([result("a", score(1), score(2, metric="mkl")), result("b", score(3))])
    assert [column.metric for column in table.columns] == ["fad.mel", "mkl"]
    assert table.rows[1].cells[1].score is None
    assert "does not have" in table.rows[1].cells[1].reason


def test_other_clips_of_the_same_dataset_make_a_table_of_their_own_that_says_so():
    first, second = rank(
        [
            result("a", score(1, 0, 2)),
            result("b", score(3, 2.5, 4)),
            result("c", score(0.1, 0, 0.2), scored="fewer", coverage=0.99, n=100),
        ]
    )
    assert [row.model for row in first.rows] == ["a", "b"]
    assert first.why == ""
    assert [row.model for row in second.rows] == ["c"]
    assert "99 of 100" in second.why


def test_a_system_that_failed_too_often_stands_below_and_does_not_compete():
    (table,) = rank(
        [
            result("good", score(5, 4, 6), n=100),
            result("poor", score(9, 8, 10), coverage=0.98, left_out=["x"], n=100),
            result(
                "lucky",
                score(0.1, 0, 0.2, signature="fad.mel|n=92|v1"),
                coverage=0.92,
                scored="fewer",
                n=100,
            ),
            result("reference", score(0, 0, 0), n=100),
        ]
    )
    shown = [(row.model, row.ranked, row.failed, row.scored) for row in table.rows]
    assert shown == [
        ("reference", False, 0, 100),
        ("good", True, 0, 100),
        ("poor", True, 2, 97),
        ("lucky", False, 8, 92),
    ]
    assert bold(table) == ["good"]
    assert table.order == "fad.mel"
    assert table.basis.model == "reference"


def test_a_system_that_failed_too_often_stands_with_the_clips_it_was_scored_on():
    _, second = rank(
        [
            result("a", score(1)),
            result("b", score(2)),
            result("c", score(3), scored="fewer"),
            result("d", score(4), scored="fewer", coverage=0.5),
        ]
    )
    assert [row.model for row in second.rows] == ["c", "d"]


def test_systems_that_all_failed_too_often_stand_in_one_table_by_name():
    (table,) = rank(
        [
            result("b", score(1, 0, 2), coverage=0.5, scored="one"),
            result("a", score(9, 8, 10), coverage=0.6, scored="other"),
        ]
    )
    assert [row.model for row in table.rows] == ["a", "b"]
    assert bold(table) == []


def test_another_manifest_split_or_protocol_is_never_ranked_with_the_first():
    tables = rank(
        [
            result("a", score(1)),
            result("b", score(2), manifest="x" * 64),
            result("c", score(3), protocol="y" * 64),
        ]
    )
    assert [len(table.rows) for table in tables] == [1, 1, 1]
    assert all(table.why for table in tables)


def test_signatures_that_differ_get_letters_and_are_not_ranked():
    (table,) = rank(
        [
            result("a", score(1, 0, 2), score(5, 4, 6, metric="mkl", signature="mkl|v1")),
            result(
                "b",
                score(9, 8, 10, signature="fad.mel|v2"),
                score(2, 1, 3, metric="mkl", signature="mkl|v1"),
            ),
        ]
    )
    assert {row.model: row.cells[0].group for row in table.rows} == {"a": "a", "b": "b"}
    assert bold(table, 0) == []
    assert table.order == "mkl"
    assert bold(table, 1) == ["b"]


def test_a_floor_is_named_only_when_all_rows_agree_on_it():
    (agree,) = rank([result("a", score(1, floor=0.5)), result("b", score(2, floor=0.5))])
    (differ,) = rank([result("a", score(1, floor=0.5)), result("b", score(2, floor=0.6))])
    assert agree.columns[0].floor == 0.5
    assert differ.columns[0].floor is None


results = st.builds(
    lambda model, value, scored, protocol: result(
        model, score(value, value - 1, value + 1), scored=scored, protocol=protocol * 64
    ),
    st.sampled_from(["a", "b", "reference"]),
    st.floats(0, 100).map(lambda value: round(value, 1)),
    st.sampled_from(["all", "fewer"]),
    st.sampled_from(["p", "q"]),
)


@given(st.lists(results, max_size=8, unique_by=lambda r: (r.model, r.scored, r.protocol.sha256)))
def test_every_result_stands_in_one_table_whatever_the_order(chosen):
    tables = rank(chosen)
    shown = [row.result for table in tables for row in table.rows]
    assert sorted(map(repr, shown)) == sorted(map(repr, chosen))
    assert rank(chosen[::-1]) == tables
    for table in tables:
        keys = {(row.result.scored, row.result.protocol.sha256) for row in table.rows}
        assert len(keys) == 1
        assert len(bold(table)) <= 1
        assert "reference" not in bold(table)
