import numpy as np
import pytest
import torch

from sfbench.model.auffusion.mel import MelImage
from sfbench.model.auffusion.phase_vocoder import PhaseVocoder

IMAGE = MelImage(bands=64, columns=512, hop=320, transform=1024)


def tone(hertz, seconds=2.0):
    time = np.arange(round(seconds * IMAGE.rate)) / IMAGE.rate
    return torch.from_numpy(np.sin(2 * np.pi * hertz * time).astype(np.float32))[None]


def test_a_tone_comes_back_at_its_pitch_and_place():
    sound = tone(1_000.0)
    sound[:, : IMAGE.rate] = 0
    made = PhaseVocoder(IMAGE)(IMAGE.log_mel(sound))[0].numpy()
    assert len(made) == sound.shape[1]
    spectrum = np.abs(np.fft.rfft(made[IMAGE.rate :]))
    assert abs(spectrum.argmax() - 1_000) <= 25  # bands are some 60 Hz wide there
    level = np.array([np.abs(part).mean() for part in np.split(made, 20)])
    assert level[:9].max() < 0.02 * level[11:].min()


def test_noise_comes_back_with_the_grain_of_noise():
    chance = torch.Generator().manual_seed(7)
    sound = torch.randn(1, 4 * IMAGE.rate, generator=chance)
    made = PhaseVocoder(IMAGE)(IMAGE.log_mel(sound))
    window = torch.hann_window(IMAGE.transform)
    spectrum = torch.stft(made, len(window), IMAGE.hop, window=window, return_complex=True).abs()
    high = spectrum[0, 300:500]  # where a band is wider than a line
    rayleigh = (4 / np.pi - 1) ** 0.5
    assert float(high.std() / high.mean()) == pytest.approx(rayleigh, abs=0.03)


def test_equal_spectra_give_equal_sounds_alone_or_together():
    spectra = torch.cat([IMAGE.log_mel(tone(hertz)) for hertz in (300.0, 900.0)])
    vocoder = PhaseVocoder(IMAGE)
    together = vocoder(spectra)
    torch.testing.assert_close(together[1:], vocoder(spectra[1:]), atol=1e-3, rtol=0)
