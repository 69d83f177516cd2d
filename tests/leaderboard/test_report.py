import base64
import csv
import hashlib
import re
import shutil

import pytest

from sfbench import store
from sfbench.errors import SfbenchError
from sfbench.leaderboard.board import Leaderboard
from sfbench.leaderboard.page.render import embedded_json, to_html
from sfbench.leaderboard.rank import rank
from sfbench.leaderboard.report import FORMATS, report
from sfbench.leaderboard.runs import read_runs
from tests.leaderboard.made_up import result, score
from tests.leaderboard.world import SYSTEMS, made_up_differences


def test_every_format_is_written_and_again_with_the_same_bytes(world, written, tmp_path):
    again = report(read_runs([world.runs]), tmp_path, differences=made_up_differences())
    assert set(written.paths) == set(FORMATS)
    for name in FORMATS:
        assert written.paths[name].name == f"leaderboard.{name}"
        assert written.paths[name].read_bytes() == again.paths[name].read_bytes()


def test_only_the_asked_formats_are_written(world, tmp_path):
    report(read_runs([world.runs]), tmp_path, ["md", "json"])
    assert {path.name for path in tmp_path.iterdir()} == {"leaderboard.md", "leaderboard.json"}


def test_csv_brings_the_tables_of_differences_and_of_single_clips(written):
    folder = written.paths["csv"].parent
    differences, clips = (
        list(csv.DictReader((folder / f"leaderboard-{name}.csv").read_text().splitlines()))
        for name in ("differences", "clips")
    )
    assert len(differences) == len(made_up_differences())
    assert {line["better"].partition("@")[0] for line in differences} == {
        "smooth-foley-mini",
        "foleycrafter-mini",
    }
    assert [line["significant"] for line in differences].count("True") == 4
    (failed,) = [line for line in clips if line["kind"] == "failed"]
    assert (failed["model"], failed["code"]) == ("noise", "time-out")
    worst = [line for line in clips if line["kind"] == "worst" and line["metric"] == "mkl.panns"]
    assert {line["model"] for line in worst} == set(SYSTEMS) - {"reference"}


def test_every_worst_clip_that_the_page_shows_is_linked(written):
    page = written.paths["html"].read_text()
    links = set(re.findall(r'<td><span class="value">[^<]+</span>\s*<a href="#([^"]+)"', page))
    shown = set(re.findall(r'<section class="panel" id="([^"]+)"', page))
    assert links
    assert links <= shown


def test_the_page_shows_scales_warnings_failures_and_who_is_not_ranked(written):
    page = written.paths["html"].read_text()
    assert re.search(r"<span>100cos \S+</span> <span>50\(1\+cos\) \S+</span>", page)
    assert 'title="4 clips are fewer than 128 dimensions">†</sup>' in page
    assert "1 <small>of 4</small>" in page
    assert "not ranked: failed 25 % of the clips (more than 2 %)" in page
    assert "All ranked rows rest on the same 4 clips. noise rests on 3." in page
    assert "4 of 6 differences are more than chance" in page
    assert "By family" in page


def test_an_unknown_format_lists_the_known_ones(world, tmp_path):
    with pytest.raises(SfbenchError, match="no format called 'pdf'; choose from html, md"):
        report(read_runs([world.runs]), tmp_path, ["pdf"])


def test_the_page_says_how_many_of_how_many_clips_it_shows(world, tmp_path):
    page = report(read_runs([world.runs]), tmp_path, ["html"], clips=3).paths["html"].read_text()
    assert "3 of 4 shown" in page
    assert page.count('<section class="panel"') == 3


def test_without_the_dataset_there_is_a_page_that_says_so(world, tmp_path):
    shutil.copytree(world.runs, tmp_path / "runs")
    for path in (tmp_path / "runs").rglob("run.json"):
        store.write_json(path, {"dataset": {"folder": "gone"}})
    page = (
        report(read_runs([tmp_path / "runs"]), tmp_path, ["html"], clips=2)
        .paths["html"]
        .read_text()
    )
    assert "<video" not in page
    assert "the dataset cannot be read" in page
    assert "No video: the dataset is not there." in page
    assert "data:audio/webm" in page


def test_with_results_alone_there_is_a_page_without_players(tmp_path):
    store.write_json(tmp_path / "runs" / "a" / "result.json", result("a", score(1)))
    page = report(read_runs([tmp_path / "runs"]), tmp_path, ["html"]).paths["html"].read_text()
    assert "<video" not in page
    assert "its sounds cannot be played" in page


def test_a_take_outside_its_run_folder_is_not_embedded(world, tmp_path):
    folder = tmp_path / "runs" / "noise"
    shutil.copytree(next((world.runs / "noise").iterdir()), folder)
    takes = (folder / "takes.jsonl").read_text()
    (folder / "takes.jsonl").write_text(takes.replace('"takes/', '"../../elsewhere/'))
    page = report(read_runs([tmp_path / "runs"]), tmp_path, ["html"]).paths["html"].read_text()
    assert "the take lies outside its run folder" in page


def test_text_from_results_cannot_become_markup():
    hostile = '<script>alert("1")</script>'
    board = Leaderboard(
        tables=rank([result(hostile, score(None, reason=hostile), notes=[hostile])])
    )
    page = to_html(board)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_data_cannot_end_its_script_element():
    assert "<" not in embedded_json({"video": "</script><script>alert(1)</script>"})


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else():
    page = to_html(Leaderboard(tables=rank([result("a", score(1))])))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src &#39;none&#39;; img-src data:; media-src data:;")
    for kind in ("style", "script"):
        (text,) = re.findall(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src &#39;sha256-{digest}&#39;" in policy
    assert "unsafe" not in policy
    assert not re.search(r'\sstyle="|\son\w+="', page)


def test_nothing_in_the_page_is_fetched():
    page = to_html(Leaderboard(tables=rank([result("a", score(1))])))
    assert not re.search(r'(?:src|href)="(?!#|data:)[^"]*"', page)


def test_without_a_reference_run_the_videos_own_sound_is_the_first_lane(world, tmp_path):
    runs = [world.runs / "noise", world.runs / "silence"]
    page = report(read_runs(runs), tmp_path, ["html"], clips=1).paths["html"].read_text()
    assert re.findall(r'<li class="lane[^"]*" data-name="([^"]+)"', page)[0] == "original"
    assert page.count("data:audio/webm") == 3
