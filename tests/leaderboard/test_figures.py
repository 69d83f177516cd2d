import sys

import numpy as np
import pytest
from PIL import Image

from sfbench.errors import SfbenchError
from sfbench.leaderboard.figures.condition import APART, Film, Told, draw_condition, extremes
from sfbench.leaderboard.figures.sounds import Voice, draw_sounds
from sfbench.leaderboard.page.spectrogram import band_of, levels

TIMES = np.arange(0, 10, 0.1)
SOUND = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype(np.float32)


def told(scores, threshold=0.5):
    return Told(system="made up", says="a score", times=TIMES, scores=scores, threshold=threshold)


def test_the_highest_and_the_lowest_stand_apart_and_in_time():
    highest, lowest = told(np.sin(TIMES)).shown
    assert all(np.diff(TIMES[highest]) >= APART - 1e-9)
    assert np.sin(TIMES[highest]).min() > 0.8 and np.sin(TIMES[lowest]).max() < -0.8
    assert highest == sorted(highest) and not set(highest) & set(lowest)


def test_equal_scores_give_the_first_and_never_one_picture_twice():
    highest, lowest = told(np.ones(100)).shown
    assert highest == [0, 5, 10]
    assert lowest == [1, 6, 11]


def test_a_short_clip_has_fewer_pictures():
    assert extremes(np.array([0.0, 0.3]), np.array([1.0, 2.0])) == [1]
    assert extremes(np.zeros(0), np.zeros(0)) == []


def test_a_film_shows_the_nearest_picture():
    film = Film(np.array([0.0, 1.0]), np.stack([np.zeros((2, 2, 3)), np.ones((2, 2, 3))]))
    assert film.at(0.4).max() == 0 and film.at(0.6).min() == 1


def test_frequencies_stand_in_the_band_that_hears_them():
    for hertz in (200, 1000, 4000):
        tone = np.sin(2 * np.pi * hertz * np.arange(16_000) / 16_000).astype(np.float32)
        loudest = levels(tone, 16_000).mean(axis=1).argmax()
        assert band_of(np.array([hertz]), 16_000) == pytest.approx(loudest, abs=1)


def test_both_figures_are_drawn_alike_twice(tmp_path):
    film = Film(TIMES, np.zeros((100, 18, 32, 3), np.uint8))
    voices = [
        Voice(name="true", sound=SOUND, pitch=np.full(50, 1000.0), level=np.full(100, -20.0)),
        Voice(name="none", sound=None, absent="took over 300 s"),
    ]
    for name in ("one", "two"):
        spans = {"heard": [(0.0, 5.0)], "off screen": [(2.0, 3.0)]}
        draw_condition(tmp_path / f"c-{name}.png", "a", [told(np.cos(TIMES))] * 2, film, 10, spans)
        draw_sounds(
            tmp_path / f"s-{name}.png",
            "a",
            voices,
            rate=16_000,
            seconds=1.0,
            true_pitch=np.full(15, 1000.0),
        )
    for kind in "cs":
        one, two = (tmp_path / f"{kind}-{name}.png" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
        with Image.open(one) as picture:
            assert picture.width == pytest.approx(1432, abs=2)


def test_without_matplotlib_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(SfbenchError, match=r"pip install 'sfbench\[plot\]'"):
        draw_sounds(tmp_path / "s.png", "a", [], rate=16_000, seconds=1.0)
