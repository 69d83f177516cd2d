import csv
import io
import json
import re
from dataclasses import replace

import pytest

from sfbench.errors import Reason
from sfbench.leaderboard.board import Leaderboard, Worst, WorstClip
from sfbench.leaderboard.csv_clips import to_clips_csv
from sfbench.leaderboard.csv_differences import to_differences_csv
from sfbench.leaderboard.csv_lines import to_csv
from sfbench.leaderboard.json_document import to_json
from sfbench.leaderboard.latex import to_latex
from sfbench.leaderboard.markdown import to_markdown
from sfbench.leaderboard.pairs import share
from sfbench.leaderboard.rank import rank
from sfbench.leaderboard.reported import read_reported
from sfbench.result import Failure
from tests.leaderboard.made_up import difference, result, score

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
        result(
            HOSTILE,
            score(None),
            notes=["a step was skipped"],
            failures=[failure],
            coverage=0.9,
            scored="fewer",
        ),
    ]
    return Leaderboard(tables=rank(results), reported=read_reported())


@pytest.fixture
def compared() -> Leaderboard:
    """Two systems read by the paper's protocol, one question between them, and a worst clip."""
    scales = {"100cos": 7.28, "50(1+cos)": 53.64}
    results = [
        result(
            model,
            score(0.0728, metric="clip_score", higher=True, scales=scales),
            score(2, metric="fad.clap", warnings=["10 clips are fewer than 512 dimensions"]),
            protocol_name="paper",
            families={"rail": [score(0.5, metric="clip_score", higher=True)]},
        )
        for model in ("one", HOSTILE)
    ]
    asked = difference(HOSTILE, "one", 0.5, 0.004, metric="fad.clap")
    (table,) = share(rank(results), [asked])
    clips = (WorstClip(id="clip_7", label="siren", value=0.01),)
    worst = (Worst(metric="clip_score", system="one@abc123", clips=clips),)
    return Leaderboard(tables=(replace(table, worst=worst),), reported=read_reported())


def test_markdown_shows_bold_interval_arrow_dash_and_reason(board):
    text = to_markdown(board)
    assert (
        "| good `abc123` | **2.000** [1.000, 3.000] | 0.900 [0.800, 1.000] | 10 of 10 | 0 of 10 |"
        in text
    )
    assert "fad.mel ↓" in text
    assert "coverage ↑" in text
    assert "| poor `abc123` | 7.000 [6.000, 8.000] | — |" in text
    assert "- poor, coverage: silent" in text
    assert "a step was skipped" in text
    assert "failed on clip\\_3: time-out: took over 300 s" in text
    assert "*not ranked: failed 10 % of the clips (more than 2 %)*" in text
    assert "| 9 of 10 | 1 of 10 |" in text


def test_markdown_shows_scales_marks_differences_and_the_worst_clip(compared):
    text = to_markdown(compared)
    assert "| 0.0728 100cos 7.280 · 50(1+cos) 53.64 | 2.000† |" in text
    assert "- † fad.clap: 10 clips are fewer than 512 dimensions" in text
    assert "clip\\_score ↑ (reported as CLIP score 50(1+cos))" in text
    assert "### Differences: 1 of 1 differences are more than chance" in text
    assert "Paired permutation over clips, Holm-corrected over all questions of this table." in text
    assert "**▶ 0.004** \\*" in text
    assert "| clip\\_score ↑ | clip\\_7 0.0100 |" in text


def test_markdown_keeps_hostile_text_from_becoming_markup(board):
    text = to_markdown(board)
    assert "<script" not in text.replace("\\<script", "")
    for line in text.splitlines():
        if line.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", line)) in {4, 5, 6, 8}


@pytest.mark.parametrize("given", ["board", "compared"])
def test_markdown_rows_have_as_many_cells_as_their_heading(given, request):
    text = to_markdown(request.getfixturevalue(given))
    tables = re.findall(r"(?:^\|.*\n?)+", text, flags=re.MULTILINE)
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1


@pytest.mark.parametrize("given", ["board", "compared"])
def test_latex_is_balanced_and_prints_hostile_text_as_it_stands(given, request):
    text = to_latex(request.getfixturevalue(given))
    bare = re.sub(r"\\[\\{}&%$#_]", "", text)
    assert bare.count("{") == bare.count("}")
    assert text.count(r"\begin{") == text.count(r"\end{")
    assert r"\input{" not in text
    assert r"={[}1cm{]}\_a\textbar{}b" in text
    assert r"$\downarrow$" in text


def test_latex_shows_bold_failures_and_who_is_not_ranked(board):
    text = to_latex(board)
    assert r"\textbf{2.000}" in text
    assert r"\emph{(not ranked)}" in text
    assert "& 9/10 & 1/10 \\\\" in text


def test_latex_shows_scales_marks_and_differences(compared):
    text = to_latex(compared)
    assert r"{\scriptsize 100cos 7.280 $\cdot$ 50(1+cos) 53.64}" in text
    assert r"2.000\dag{}" in text
    assert r"{\scriptsize reported as} & {\scriptsize CLIP score 50(1+cos)}" in text
    assert r"\textbf{$\triangleright$ 0.004}*" in text


@pytest.mark.parametrize("given", ["board", "compared"])
def test_latex_rows_have_as_many_cells_as_their_tabular(given, request):
    text = to_latex(request.getfixturevalue(given))
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


def test_csv_says_who_failed_and_who_is_ranked(board):
    lines = list(csv.DictReader(io.StringIO(to_csv(board), newline="")))
    failed = {
        line["model"]: (line["failed"], line["asked"], line["ranked"])
        for line in lines
        if line["kind"] == "measured"
    }
    assert failed["good"] == ("0", "10", "True")
    assert failed[f"'{HOSTILE}"] == ("1", "10", "False")


def test_csv_has_scales_and_warnings_beside_the_number_and_families_on_lines_of_their_own(compared):
    lines = list(csv.DictReader(io.StringIO(to_csv(compared), newline="")))
    one = [line for line in lines if line["model"] == "one"]
    assert [(line["metric"], line["family"]) for line in one] == [
        ("clip_score", ""),
        ("fad.clap", ""),
        ("clip_score", "rail"),
    ]
    assert one[0]["scales"] == "100cos 7.28; 50(1+cos) 53.64"
    assert one[1]["warnings"] == "10 clips are fewer than 512 dimensions"


def test_csv_of_differences_has_a_line_per_question_and_never_a_formula(compared):
    (line,) = csv.DictReader(io.StringIO(to_differences_csv(compared), newline=""))
    assert {line["first"], line["second"]} == {"one@abc123", f"'{HOSTILE}@abc123"}
    assert (line["better"], line["p_holm"], line["significant"]) == ("one@abc123", "0.004", "True")


def test_csv_of_clips_names_failures_and_worst_clips(board, compared):
    (failed,) = csv.DictReader(io.StringIO(to_clips_csv(board), newline=""))
    (worst,) = csv.DictReader(io.StringIO(to_clips_csv(compared), newline=""))
    assert (failed["kind"], failed["clip"], failed["code"]) == ("failed", "clip_3", "time-out")
    assert (worst["kind"], worst["clip"], worst["value"]) == ("worst", "clip_7", "0.01")


def test_json_holds_differences_worst_clips_and_what_the_rows_rest_on(board, compared):
    (table,) = json.loads(to_json(compared))["tables"]
    (asked,) = table["differences"]
    assert (asked["better"], asked["p_holm"], asked["significant"]) == ("one@abc123", 0.004, True)
    assert table["worst"][0]["clips"] == [{"id": "clip_7", "label": "siren", "value": 0.01}]
    (table,) = json.loads(to_json(board))["tables"]
    assert table["basis"].startswith("All ranked rows rest on the same 10 clips.")
    assert [(row["failed"], row["ranked"]) for row in table["rows"]] == [
        (0, True),
        (0, True),
        (1, False),
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
