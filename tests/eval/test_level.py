import numpy as np
import pytest

from sfbench.encoders.mel import BANDS, MelStatistics, log_mel
from sfbench.media.level import RATE, SILENCE_DB, levels

TIME = np.arange(2 * RATE) / RATE


def tone(pitch, amplitude=1.0):
    return (amplitude * np.sin(2 * np.pi * pitch * TIME)).astype(np.float32)


def test_a_full_scale_sine_stands_three_decibels_down():
    assert levels(tone(1000))[100] == pytest.approx(-3.01, abs=0.02)


def test_a_tenth_of_the_amplitude_is_twenty_decibels_less():
    difference = levels(tone(1000))[50:150] - levels(tone(1000, 0.1))[50:150]
    assert difference == pytest.approx(20, abs=0.01)


def test_rumble_and_silence_have_no_level():
    assert levels(tone(20))[100] < -40
    assert levels(np.zeros(RATE, np.float32))[50] == pytest.approx(SILENCE_DB)


@pytest.mark.parametrize("samples, frames", [(0, 0), (1, 1), (160, 1), (161, 2), (16_000, 100)])
def test_there_is_a_level_every_ten_milliseconds(samples, frames):
    assert levels(np.zeros(samples, np.float32)).shape == (frames,)
    assert log_mel(np.zeros(samples, np.float32)).shape == (frames, BANDS)


def test_a_tone_lights_the_band_that_holds_it():
    spectrum = log_mel(tone(1000))[100]
    mels = 2595 * np.log10(1 + np.array([50, 1000, 8000]) / 700)
    wanted = (mels[1] - mels[0]) / (mels[2] - mels[0]) * (BANDS + 1) - 1
    assert abs(int(np.argmax(spectrum)) - wanted) <= 1


def test_an_embedding_is_mean_and_deviation_over_time():
    spectrum = log_mel(tone(440)) / 10  # decibels to powers of ten
    (answer,) = MelStatistics()([tone(440)])
    (embedding,) = answer["embedding"]
    assert embedding[:BANDS] == pytest.approx(spectrum.mean(axis=0), rel=1e-5)
    assert embedding[BANDS:] == pytest.approx(spectrum.std(axis=0), rel=1e-4, abs=1e-5)
