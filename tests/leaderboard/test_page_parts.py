import base64
import io
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sfbench import store
from sfbench.leaderboard.board import Leaderboard
from sfbench.leaderboard.page.bar import bars
from sfbench.leaderboard.page.choose import choose, hardness
from sfbench.leaderboard.page.embed import Job, Track, embed
from sfbench.leaderboard.page.gallery import galleries
from sfbench.leaderboard.page.spectrogram import BANDS, COLUMNS, levels, magma, pictures
from sfbench.leaderboard.page.strata import families_of, strata_of
from sfbench.leaderboard.page.strip import strip
from sfbench.leaderboard.rank import rank
from sfbench.leaderboard.runs import read_runs
from sfbench.leaderboard.worst import mentions
from sfbench.media.read import read_media
from sfbench.media.write import write_wav
from sfbench.progress import quiet
from tests.leaderboard.made_up import result, score

RATE = 16_000


def tone(hertz: float, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE).astype(np.float32)


def test_all_clips_are_shown_when_there_are_few():
    assert choose(["b", "a"], {}, 12) == {"a": False, "b": False}


@given(st.integers(1, 60), st.integers(1, 20))
def test_as_many_clips_are_chosen_as_asked_for_a_third_of_them_the_hardest(total, count):
    ids = [f"{place:03}" for place in range(total)]
    chosen = choose(ids, {identity: float(identity) for identity in ids}, count)
    assert len(chosen) == min(total, count)
    assert list(chosen) == sorted(chosen)
    hard = [identity for identity, is_hard in chosen.items() if is_hard]
    assert hard == (ids[total - count // 3 :] if count < total else [])


def test_the_hardest_clip_is_most_often_among_the_worst_then_the_one_others_are_better_than(world):
    runs = read_runs([world.runs])
    named, hard = mentions(runs), hardness(runs)
    assert len(hard) == 4
    shares = [value - named[identity] for identity, value in hard.items()]
    assert all(0 <= share < 1 for share in shares)
    # Shares of better clips are 0, 1/4, 2/4 and 3/4 for each system and metric.
    assert np.mean(shares) == pytest.approx(0.375)


intervals = st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)).map(sorted), max_size=5)


@given(intervals, intervals)
def test_a_strip_gives_back_the_time_that_is_active_and_the_time_that_is_expected(active, expected):
    parts = strip(active, expected, 10.0)
    grid = np.linspace(0.0005, 9.9995, 1999)

    def covered(given):
        return sum(((grid > a) & (grid < b)).astype(int) for a, b in given) > 0

    def shown(kinds):
        return covered(
            [(10 * p.start, 10 * (p.start + p.width)) for p in parts if p.kind in kinds] or [(0, 0)]
        )

    assert np.mean(shown({"heard", "spill"}) != covered(active or [(0, 0)])) < 0.02
    assert np.mean(shown({"heard", "gap"}) != covered(expected or [(0, 0)])) < 0.02


def test_bars_of_a_column_share_one_axis():
    (table,) = rank([result("a", score(2, 0, 4, floor=1)), result("b", score(8, 6, 10, floor=1))])
    first, second = bars(table.columns[0], [row.cells[0] for row in table.rows])
    assert (first.low, first.value, first.high, first.floor) == (0, 20, 40, 10)
    assert (second.low, second.value, second.high) == (60, 80, 100)


def test_a_cell_without_a_value_has_no_bar_and_a_lone_value_stands_in_the_middle():
    (table,) = rank([result("a", score(2)), result("b", score(None))])
    bar, none = bars(table.columns[0], [row.cells[0] for row in table.rows])
    assert (bar.value, bar.low, bar.high) == (50, None, None)
    assert none is None


def test_strata_have_a_cell_for_every_system_even_where_one_lacks_the_label():
    (table,) = rank([result("a", score(1), strata={"siren": [score(3)]}), result("b", score(2))])
    (grid,) = strata_of(table)
    assert [cell.value for cell in grid.strata["siren"]] == [3, None]


def test_families_are_kept_apart_from_labels():
    own = result("a", score(1), strata={"siren": [score(3)]}, families={"alarm": [score(4)]})
    (table,) = rank([own])
    (families,), (labels,) = families_of(table), strata_of(table)
    assert [cell.value for cell in families.strata["alarm"]] == [4]
    assert list(labels.strata) == ["siren"]


def test_takes_measured_by_two_protocols_are_one_lane_with_the_numbers_of_both(world, tmp_path):
    folder = tmp_path / "silence"
    shutil.copytree(next((world.runs / "silence").iterdir()), folder)
    first = folder / "scores" / "made-up"
    text = (first / "result.json").read_text().replace("0f" * 32, "1e" * 32)
    store.write_text(folder / "scores" / "other" / "result.json", text)
    shutil.copy(first / "clips.jsonl", folder / "scores" / "other")
    runs = read_runs([folder])
    board = Leaderboard(tables=rank(run.result for run in runs))
    (gallery,) = galleries(board, runs, 1, quiet)
    assert (len(board.tables), gallery.protocols) == (2, 2)
    (panel,) = gallery.panels
    assert [lane.name for lane in panel.lanes] == ["original", "silence"]
    values = [text for text, _ in panel.lanes[1].values]
    assert values[: len(values) // 2] == values[len(values) // 2 :]
    assert len(panel.lanes[0].values) == len(values) == 16


def test_a_tone_is_loudest_in_one_band_and_an_octave_up_lies_higher():
    low, high = levels(tone(500), RATE), levels(tone(1000), RATE)
    assert low.shape == (BANDS, COLUMNS)
    middle = COLUMNS // 2
    assert low[:, middle].argmax() < high[:, middle].argmax()
    assert low[:, middle].max() == pytest.approx(0, abs=3)


def test_half_the_amplitude_is_six_decibels_less():
    loud, soft = levels(tone(700), RATE), levels(0.5 * tone(700), RATE)
    assert loud.max() - soft.max() == pytest.approx(6.02, abs=0.05)


def test_spectrograms_share_one_scale():
    loud, soft = pictures([levels(tone(700), RATE), levels(0.01 * tone(700), RATE)])
    brightest = [np.asarray(Image.open(io.BytesIO(png))).max() for png in (loud, soft)]
    assert brightest[0] == 63
    assert brightest[1] == pytest.approx(63 * (1 - 40 / 70), abs=1)


def test_the_colour_map_grows_lighter_at_every_step():
    lightness = magma(64) @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) > 0).all()


def decoded(uri: str, path) -> np.ndarray:
    path.write_bytes(base64.b64decode(uri.partition(",")[2]))
    return read_media(path, rates=(48_000,)).sound[48_000]


def test_an_embedded_sound_keeps_its_place_in_the_clip(tmp_path):
    click = np.zeros(RATE, np.float32)
    click[RATE // 2] = 0.9
    write_wav(tmp_path / "take.wav", click, RATE)
    track = Track(audio=tmp_path / "take.wav", span=(0.75, 1.75), sample_rate=RATE)
    media = embed(Job(seconds=3.0, video=None, no_video="none", tracks=(track,)))
    sound = decoded(media.tracks[0].sound, tmp_path / "sound.webm")
    assert len(sound) / 48_000 == pytest.approx(3.0, abs=0.03)
    assert np.abs(sound).argmax() / 48_000 == pytest.approx(1.25, abs=0.002)


def test_what_cannot_be_read_is_left_out_with_its_reason(tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    write_wav(tmp_path / "fine.wav", tone(440), RATE)
    tracks = (
        Track(audio=tmp_path / "broken.wav"),
        Track(audio=tmp_path / "fine.wav", sample_rate=RATE),
        Track(audio=None, absent="the take failed"),
    )
    media = embed(Job(seconds=1.0, video=tmp_path / "gone.mp4", tracks=tracks))
    assert media.video == ""
    assert media.no_video.startswith("missing")
    assert media.tracks[0].absent.startswith("unreadable")
    assert media.tracks[1].sound.startswith("data:audio/webm;base64,")
    assert media.tracks[1].picture.startswith("data:image/png;base64,")
    assert media.tracks[2].absent == "the take failed"


def test_equal_media_give_equal_bytes(tmp_path):
    write_wav(tmp_path / "take.wav", tone(440), RATE)
    job = Job(seconds=1.0, video=None, tracks=(Track(audio=tmp_path / "take.wav"),))
    assert embed(job) == embed(job)


def test_a_video_that_is_large_or_no_mp4_is_made_smaller_and_silent(world, tmp_path):
    video = next((world.dataset / "test").glob("*.mp4"))
    (tmp_path / "video.m4v").write_bytes(video.read_bytes())
    media = embed(Job(seconds=2.0, video=tmp_path / "video.m4v", tracks=()))
    (tmp_path / "small.mp4").write_bytes(base64.b64decode(media.video.partition(",")[2]))
    small = read_media(tmp_path / "small.mp4", fps=1)
    assert (small.width, small.height) == (256, 144)
    assert not small.has_sound
    assert small.picture_seconds == pytest.approx(2.0, abs=0.1)
    poster = Image.open(io.BytesIO(base64.b64decode(media.poster.partition(",")[2])))
    assert (poster.format, poster.size) == ("JPEG", (256, 144))
