import csv
import io
import json
import re

import pytest

from sfbench.errors import Reason
from sfbench.leaderboard.board import Leaderboard
from sfbench.leaderboard.csv_lines import to_csv
from sfbench.leaderboard.json_document import to_json
from sfbench.leaderboard.latex import to_latex
from sfbench.leaderboard.markdown import to_markdown
from sfbench.leaderboard.rank import rank
from sfbench.leaderboard.reported import read_reported
from sfbench.result import Failure
from tests.leaderboard.made_up import result, score

HOSTILE = '=[1cm]_a|b\\input{x}<script>alert("1")</script> *c* 5%'


@pytest.fixture
def board() -> Leaderboard:
    failure = Failure(id="clip_3", reason=Reason("generate", "time-out", "took over 300 s"))
    results = [
        result(
            "good", score(2, 1, 3, floor=0.5), score(0.9, 0.8, 1.0, metric="coverage", higher=True)
        ),
        result(
            "poor",
            score(7, 6, 8, floor=0.5),
            score(None, metric="coverage", higher=True, reason="silent"),
        ),
        result(HOSTILE, score(None), notes=["a step was skipped"], failures=[failure]),
    ]
    return Leaderboard(tables=rank(results), reported=read_reported())


def test_markdown_shows_bold_interval_arrow_dash_and_reason(board):
    text = to_markdown(board)
    assert (
        "| good `abc123` | **2.000** [1.000, 3.000] | 0.900 [0.800, 1.000] | 10 of 10 | 0 |" in text
    )
    assert "fad.mel ↓" in text
    assert "coverage ↑" in text
    assert "| poor `abc123` | 7.000 [6.000, 8.000] | — |" in text
    assert "- poor, coverage: silent" in text
    assert "a step was skipped" in text
    assert "failed on clip\\_3: time-out: took over 300 s" in text


def test_markdown_keeps_hostile_text_from_becoming_markup(board):
    text = to_markdown(board)
    assert "<script" not in text.replace("\\<script", "")
    for line in text.splitlines():
        if line.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", line)) in {4, 5, 6, 8}


def test_markdown_rows_have_as_many_cells_as_their_heading(board):
    tables = re.findall(r"(?:^\|.*\n?)+", to_markdown(board), flags=re.MULTILINE)
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1


def test_latex_is_balanced_and_prints_hostile_text_as_it_stands(board):
    text = to_latex(board)
    bare = re.sub(r"\\[\\{}&%$#_]", "", text)
    assert bare.count("{") == bare.count("}")
    assert text.count(r"\begin{") == text.count(r"\end{")
    assert r"\input{" not in text
    assert r"\textbf{2.000}" in text
    assert r"={[}1cm{]}\_a\textbar{}b" in text
    assert r"$\downarrow$" in text


def test_latex_rows_have_as_many_cells_as_their_tabular(board):
    text = to_latex(board)
    tables = re.findall(r"\\begin\{tabular\}\{([lr]+)\}(.*?)\\end\{tabular\}", text, re.S)
    assert len(tables) == text.count(r"\begin{tabular}") > 3
    for shape, body in tables:
        rows = [line for line in body.splitlines() if line.endswith(r"\\")]
        assert rows
        assert {len(re.findall(r"(?<!\\)&", row)) + 1 for row in rows} == {len(shape)}


def test_csv_has_one_number_a_line_and_an_empty_field_with_a_reason_for_a_missing_one(board):
    lines = list(csv.DictReader(io.StringIO(to_csv(board), newline="")))
    measured = {
        (line["model"], line["metric"]): line for line in lines if line["kind"] == "measured"
    }
    good = measured["good", "fad.mel"]
    assert (good["value"], good["low"], good["high"], good["best"]) == ("2", "1", "3", "True")
    assert good["direction"] == "lower"
    poor = measured["poor", "coverage"]
    assert (poor["value"], poor["reason"]) == ("", "silent")
    assert sum(line["kind"] == "reported" for line in lines) == 5 * 4 + 5 * 6 + 3 * 3


@pytest.mark.parametrize("model", ["=1+1", "+1", "-1", "@sum", "\t=1", " =1"])
def test_csv_never_holds_a_formula(model):
    board = Leaderboard(tables=rank([result(model, score(1.0))]))
    (line,) = csv.DictReader(io.StringIO(to_csv(board), newline=""))
    assert line["model"] == "'" + model


def test_a_negative_number_in_csv_stays_a_number():
    board = Leaderboard(tables=rank([result("a", score(-0.5))]))
    (line,) = csv.DictReader(io.StringIO(to_csv(board), newline=""))
    assert float(line["value"]) == -0.5


def test_csv_holds_the_scores_by_label():
    board = Leaderboard(
        tables=rank([result("a", score(1.0), strata={"siren": [score(3.0)], "fan": [score(2.0)]})])
    )
    lines = list(csv.DictReader(io.StringIO(to_csv(board), newline="")))
    assert [(line["label"], line["value"]) for line in lines] == [
        ("", "1.0"),
        ("fan", "2.0"),
        ("siren", "3.0"),
    ]


def test_json_holds_null_with_its_reason_and_keeps_reported_rows_apart(board):
    document = json.loads(to_json(board))
    assert document["format"] == 1
    (table,) = document["tables"]
    assert [row["result"]["model"] for row in table["rows"]] == ["good", "poor", HOSTILE]
    assert table["rows"][0]["best"] == ["fad.mel"]
    coverage = table["rows"][1]["result"]["scores"][1]
    assert (coverage["value"], coverage["reason"]) == (None, "silent")
    assert [paper["kind"] for paper in document["reported"]] == ["reported"]


def test_every_text_format_marks_reported_rows(board):
    for write in (to_markdown, to_csv, to_latex, to_json):
        assert "reported" in write(board)
