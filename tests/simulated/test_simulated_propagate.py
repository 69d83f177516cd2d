import numpy as np
import pytest

from sfbench.simulated.propagate import air, delay_line, propagate
from sfbench.simulated.trajectory import SPEED_OF_SOUND, Trajectory, emission_times

RATE = 16_000


def sine(hertz, count=RATE):
    return np.sin(2 * np.pi * hertz * np.arange(count) / RATE).astype(np.float32)


def test_a_whole_delay_is_a_shift():
    line = np.random.default_rng(0).standard_normal(400).astype(np.float32)
    assert np.array_equal(delay_line(line, np.arange(20.0, 300.0)), line[20:300])


@pytest.mark.parametrize("hertz", [100, 1000, 4000])
def test_half_a_sample_late_is_the_sine_half_a_sample_later(hertz):
    places = np.arange(100.0, 8000.0) + 0.5
    expected = np.sin(2 * np.pi * hertz * places / RATE)
    assert delay_line(sine(hertz), places) == pytest.approx(expected, abs=0.003)


def test_reading_faster_raises_the_pitch():
    read = delay_line(sine(500), 50 + 1.2 * np.arange(8000))
    spectrum = np.abs(np.fft.rfft(read * np.hanning(8000)))
    assert spectrum.argmax() * RATE / 8000 == pytest.approx(600, abs=2)


def arriving(metres):
    way = Trajectory(kind="static", closest=metres)
    times = np.arange(4000) / RATE
    emitted = emission_times(way, times)
    return propagate(sine(200, RATE), emitted[0] - 0.01, way, emitted, RATE)


def test_twice_as_far_is_half_as_loud():
    near, far = (np.sqrt(np.mean(arriving(metres) ** 2)) for metres in (1.0, 2.0))
    assert far / near == pytest.approx(0.5, rel=0.01)


def test_sound_takes_distance_over_c():
    way = Trajectory(kind="static", closest=SPEED_OF_SOUND / 10)
    click = np.zeros(RATE, np.float32)
    click[4000] = 1
    times = np.arange(RATE // 2) / RATE
    heard = propagate(click, -0.2, way, emission_times(way, times), RATE)
    assert heard.argmax() / RATE == pytest.approx(4000 / RATE - 0.2 + 0.1, abs=1 / RATE)


def test_distance_takes_treble_and_leaves_bass():
    metres = np.full(RATE, 300, np.float32)
    loss = [
        20 * np.log10(np.std(air(sine(hertz), metres, RATE)) / np.std(sine(hertz)))
        for hertz in (100, 5000)
    ]
    # At 300 m a share of 1 - exp(-300 / 180) goes through 1 / sqrt(1 + (f / 1400)^2).
    assert loss == pytest.approx([-0.02, -7.8], abs=0.05)
