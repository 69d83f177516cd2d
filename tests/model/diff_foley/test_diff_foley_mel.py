"""The spectrogram and its inverse: a tone comes back at its pitch, or 0.726 of it."""

import numpy as np
import pytest
import torch

from sfbench.encoders.phases import griffin_lim
from sfbench.encoders.spectrum import slaney_bands
from sfbench.model.diff_foley import mel
from tests.encoders.difference import difference
from tests.golden import rule
from tests.model.diff_foley import upstream

GOLDEN = upstream.vectors("mel")
FRAMES = 128


def phases(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).random(shape, np.float32))


def pitch(samples):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return spectrum.argmax() * mel.RATE / len(samples)


@pytest.mark.parametrize("hertz", [440, 1000, 3000])
def test_a_tone_returns_at_its_pitch_and_by_the_notebook_at_726_of_1000(hertz):
    time = np.arange((FRAMES - 1) * mel.HOP + 255) / mel.RATE
    tone = torch.from_numpy((0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32))[None]
    spectrogram = mel.spectrogram(tone)
    assert spectrogram.shape == (1, 128, FRAMES)
    begin = phases(1, mel.BINS, FRAMES)
    back = mel.sound(spectrogram, begin)[0].numpy()
    assert len(back) == (FRAMES - 1) * mel.HOP
    assert pitch(back) == pytest.approx(hertz, abs=4)
    fallen = mel.sound(spectrogram, begin, rate=mel.NOTEBOOK_RATE)[0].numpy()
    assert pitch(fallen) == pytest.approx(hertz * 16_000 / 22_050, abs=4)


def test_a_spectrogram_is_upstreams():
    wave = torch.from_numpy(rule.sound(GOLDEN["wave"]))[None]
    mine = mel.spectrogram(wave)[0].numpy()
    assert np.abs(mine[:, : 4 * 14 : 4] - GOLDEN["spec"]).max() < 2e-6
    assert np.abs(mine[:, :4] - GOLDEN["spec_edges"]).max() < 2e-6
    # A window of upstream's is 131072 samples less one: 512 frames.
    assert mel.spectrogram(torch.zeros(1, 131_071)).shape == (1, 128, 512)


def test_silence_is_0_and_nothing_is_louder_than_1():
    silence = mel.spectrogram(torch.zeros(1, 4096))
    assert not silence.any()
    assert mel.spectrogram(1e4 * torch.randn(1, 4096)).max() == 1


@pytest.mark.parametrize("rate", [16_000, 22_050])
def test_magnitudes_fit_at_least_as_well_as_upstreams_and_lie_near_them(rate):
    spectrograms = torch.from_numpy(GOLDEN["inverse_input"])[None]
    mine = mel.magnitudes(spectrograms, rate)[0].numpy()
    theirs = GOLDEN[f"magnitude_{rate}"]
    bands = slaney_bands(rate, 1024, 128, 125.0, 7600.0).numpy().T
    aim = 10 ** ((100 * GOLDEN["inverse_input"].astype(float) - 80) / 20)
    residual = [np.linalg.norm(bands @ x - aim) / np.linalg.norm(aim) for x in (mine, theirs)]
    assert residual[0] <= residual[1]
    assert (mine >= 0).all()
    assert np.linalg.norm(mine - theirs) < 0.02 * np.linalg.norm(theirs)


def test_griffin_lim_is_librosas():
    rng = np.random.Generator(np.random.PCG64(int(GOLDEN["griffin_lim_seed"])))
    magnitudes = torch.from_numpy(np.abs(rng.standard_normal((1, mel.BINS, 16))))
    begin = torch.from_numpy(rng.random((1, mel.BINS, 16)))
    mine = griffin_lim(magnitudes, begin, mel.HOP, 32)[0].numpy()
    assert difference(mine[::4], GOLDEN["griffin_lim"]) < 1e-9


def test_sounds_do_not_depend_on_those_beside_them():
    spectrograms = 0.2 + 0.4 * phases(3, 128, 32)
    begin = phases(3, mel.BINS, 32, seed=1)
    together = mel.sound(spectrograms, begin, rounds=4)
    for place in range(3):
        only = slice(place, place + 1)
        alone = mel.sound(spectrograms[only], begin[only], rounds=4)
        assert torch.allclose(alone[0], together[place], atol=1e-4 * float(alone.abs().max()))
