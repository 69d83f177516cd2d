import base64
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
from tests.leaderboard.made_up import result, score


def test_every_format_is_written_and_again_with_the_same_bytes(world, written, tmp_path):
    again = report([world.runs], tmp_path)
    assert set(written.paths) == set(FORMATS)
    for name in FORMATS:
        assert written.paths[name].name == f"leaderboard.{name}"
        assert written.paths[name].read_bytes() == again.paths[name].read_bytes()


def test_only_the_asked_formats_are_written(world, tmp_path):
    report([world.runs], tmp_path, ["md", "json"])
    assert {path.name for path in tmp_path.iterdir()} == {"leaderboard.md", "leaderboard.json"}


def test_an_unknown_format_lists_the_known_ones(world, tmp_path):
    with pytest.raises(SfbenchError, match="no format called 'pdf'; choose from html, md"):
        report([world.runs], tmp_path, ["pdf"])


def test_the_page_says_how_many_of_how_many_clips_it_shows(world, tmp_path):
    page = report([world.runs], tmp_path, ["html"], clips=3).paths["html"].read_text()
    assert "3 of 4 shown" in page
    assert page.count('<section class="panel"') == 3


def test_without_the_dataset_there_is_a_page_that_says_so(world, tmp_path):
    shutil.copytree(world.runs, tmp_path / "runs")
    for path in (tmp_path / "runs").rglob("run.json"):
        store.write_json(path, {"dataset": {"folder": "gone"}})
    page = report([tmp_path / "runs"], tmp_path, ["html"], clips=2).paths["html"].read_text()
    assert "<video" not in page
    assert "the dataset cannot be read" in page
    assert "No video: the dataset is not there." in page
    assert "data:audio/webm" in page


def test_with_results_alone_there_is_a_page_without_players(tmp_path):
    store.write_json(tmp_path / "runs" / "a" / "result.json", result("a", score(1)))
    page = report([tmp_path / "runs"], tmp_path, ["html"]).paths["html"].read_text()
    assert "<video" not in page
    assert "its sounds cannot be played" in page


def test_a_take_outside_its_run_folder_is_not_embedded(world, tmp_path):
    folder = tmp_path / "runs" / "noise"
    shutil.copytree(next((world.runs / "noise").iterdir()), folder)
    takes = (folder / "takes.jsonl").read_text()
    (folder / "takes.jsonl").write_text(takes.replace('"takes/', '"../../elsewhere/'))
    page = report([tmp_path / "runs"], tmp_path, ["html"]).paths["html"].read_text()
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
    page = report(runs, tmp_path, ["html"], clips=1).paths["html"].read_text()
    assert re.findall(r'<li class="lane[^"]*" data-name="([^"]+)"', page)[0] == "original"
    assert page.count("data:audio/webm") == 3
