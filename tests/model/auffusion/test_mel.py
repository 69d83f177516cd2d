"""The mel image: by hand, by laws, and against Auffusion's own code."""

import numpy as np
import pytest
import torch

from sfbench.model.auffusion.mel import MelImage, from_image, to_image
from tests.golden import rule

IMAGE = MelImage()
GOLDEN = rule.vectors("auffusion-mel")
WAVE = torch.from_numpy(rule.sound(GOLDEN["wave_c"]))[None]


def tone(pitch: float, seconds: float = 2.0) -> torch.Tensor:
    time = torch.arange(round(seconds * 16_000)) / 16_000
    return 0.3 * torch.sin(2 * torch.pi * pitch * time)[None]


def test_ten_seconds_are_a_thousand_columns():
    assert IMAGE.log_mel(torch.zeros(1, 160_000)).shape == (1, 256, 1000)
    assert IMAGE.per_second == 100


def test_silence_is_black_and_stays_silence():
    assert not to_image(IMAGE.log_mel(torch.zeros(1, 16_000))).any()


def test_the_level_of_a_sound_is_lost():
    assert torch.allclose(IMAGE.log_mel(tone(440)), IMAGE.log_mel(tone(440) / 8), atol=1e-4)


def test_an_image_and_back_is_the_spectrum_itself_within_the_range():
    spectrum = IMAGE.log_mel(WAVE)
    assert torch.allclose(from_image(to_image(spectrum)), spectrum, atol=1e-5)


def test_a_longer_image_is_cut_and_a_shorter_one_filled_with_silence():
    image = torch.ones(1, 3, 256, 1000)
    assert IMAGE.canvas(image).shape == (1, 3, 256, 1024)
    assert not IMAGE.canvas(image)[..., 1000:].any()
    assert IMAGE.canvas(torch.ones(1, 3, 256, 1100)).shape == (1, 3, 256, 1024)


@pytest.mark.parametrize("pitch", [110.0, 440.0, 1000.0, 3000.0])
def test_a_tone_comes_back_at_its_pitch(pitch):
    """Image, inverse, least squares back to a spectrum, phases by Griffin and Lim: no vocoder."""
    from scipy.optimize import nnls

    from sfbench.encoders.spectrum import slaney_bands

    spectrum = from_image(to_image(IMAGE.log_mel(tone(pitch, 0.5))))[0].exp()
    bands = slaney_bands(16_000, 2048, 256, 0.0, 8000.0).numpy().T
    mean = nnls(bands, spectrum[:, 10:-10].mean(1).numpy())[0].astype(np.float32)
    sound = with_phases(torch.from_numpy(mean)[:, None].expand(-1, 100))
    power = torch.fft.rfft(sound * torch.hann_window(len(sound))).abs()
    found = power.argmax() * 16_000 / len(sound)
    assert found == pytest.approx(pitch, abs=8)  # one bin of the transform is 7.8 Hz wide


def with_phases(magnitude: torch.Tensor) -> torch.Tensor:
    window, phases = torch.hann_window(1024), torch.rand(magnitude.shape) * 6.28
    for _ in range(30):
        spectra = torch.polar(magnitude, phases)
        sound = torch.istft(spectra, 2048, 160, 1024, window)
        phases = torch.stft(sound, 2048, 160, 1024, window, return_complex=True).angle()
    return sound


def test_the_spectrum_and_image_are_auffusions():
    spectrum = IMAGE.log_mel(WAVE)
    assert to_image(spectrum).shape[1:] == tuple(GOLDEN["shape_c"])
    assert np.abs(spectrum[0, ::4, ::5].numpy() - GOLDEN["logmel_c"]).max() < 1e-4
    image = to_image(spectrum)
    assert np.abs(image[0, 0, ::4, ::5].numpy() - GOLDEN["image_c"]).max() < 1e-5
    back = from_image(image)[0, ::2, ::2][::4, ::5]
    assert np.abs(back.numpy() - GOLDEN["back_c"]).max() < 1e-4
    quiet = torch.from_numpy(rule.sound(GOLDEN["wave_c"] // 4))[None]
    spectrum = IMAGE.log_mel(quiet)[0, ::4, ::5][::2, ::2]
    assert np.abs(spectrum.numpy() - GOLDEN["logmel_d"]).max() < 1e-4


def test_what_is_out_of_range_is_clamped_as_auffusions_pipeline_does():
    image = to_image(torch.from_numpy(GOLDEN["wide"])[None])
    assert np.abs(image[0, 0].numpy() - GOLDEN["wide_image_clamped"]).max() < 1e-5
    assert np.abs(from_image(image)[0].numpy() - GOLDEN["wide_back"]).max() < 1e-4
