"""What is learnt from, and what is done to the latents at the end."""

import numpy as np
import pytest
import torch

from sfbench.model.diff_foley.cavp import Cavp
from sfbench.model.diff_foley.geometry import TINY
from sfbench.model.diff_foley.look import FPS, Look
from sfbench.model.diff_foley.mel import spectrogram
from sfbench.model.diff_foley.sampler import even_times
from sfbench.model.diff_foley.schedule import SCHEDULE, alphas_cumprod
from sfbench.model.diff_foley.vae import SCALE, decode, new_vae
from sfbench.model.diff_foley_training import cavp
from sfbench.model.diff_foley_training import clips as subject
from sfbench.model.diff_foley_training.cavp import embedded
from sfbench.model.diff_foley_training.classifier import shifted
from sfbench.model.diff_foley_training.clips import BEGINS, Clips, column, draw_clips, windows
from sfbench.model.diff_foley_training.denoiser import schedule
from sfbench.model.diff_foley_training.latents import Latents
from sfbench.model.diff_foley_training.settings import CavpSettings
from sfbench.model.diff_foley_training.vae import moments, scale_latents
from sfbench.model.settings import checked
from sfbench.progress import quiet
from sfbench.simulated.render import render
from tests.model.diff_foley_training.toys import settings_for


def made_up(count=2, side=32, seed=0):
    rng = np.random.default_rng(seed)
    pictures = rng.integers(256, size=(count, 40, side, side, 3), dtype=np.uint8)
    return Clips(
        pictures, rng.random((count, 128, 626)).astype(np.float16), np.array(["a"] * count), ""
    )


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """The scenes that are drawn, in their order, where nothing was kept before."""
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    scenes, draw = [], subject._draw
    monkeypatch.setattr(subject, "_draw", lambda *given: scenes.append(given[0]) or draw(*given))
    return scenes


def test_clips_are_drawn_once_and_are_those_whose_own_sound_is_heard(drawn):
    first = draw_clips(5, 3, 16, quiet)
    assert all(one.group == "good" and one.heard == one.label for one in drawn)
    assert first.pictures.shape == (3, 40, 16, 16, 3) and first.mels.shape == (3, 128, 626)
    assert first.labels.tolist() == [one.label for one in drawn[1:]]
    known = render(drawn[-1], fps=4, size=(320, 240))
    assert np.array_equal(first.pictures[-1, 7], subject.squeezed(known.frames[7], 16))
    heard = spectrogram(torch.from_numpy(known.sound)[None])[0].numpy()
    assert np.abs(first.mels[-1] - heard).max() < 1e-3
    assert len(drawn) == 4  # the first scene twice: the simulator is known by it
    again = draw_clips(5, 3, 16, quiet)
    assert len(drawn) == 5
    assert again.sha256 == first.sha256 and np.array_equal(again.mels, first.mels)
    assert draw_clips(6, 3, 16, quiet).sha256 != first.sha256


def test_a_simulator_that_draws_otherwise_than_before_draws_anew(drawn, monkeypatch):
    before, draw = draw_clips(5, 2, 16, quiet), subject._draw

    def darker(*given):
        return draw(*given) | {"pictures": draw(*given)["pictures"] // 2}

    monkeypatch.setattr(subject, "_draw", darker)
    after = draw_clips(5, 2, 16, quiet)
    assert np.array_equal(after.pictures, before.pictures // 2)


def test_pictures_are_squeezed_as_the_generator_does():
    frame = np.random.default_rng(0).integers(256, size=(24, 32, 3), dtype=np.uint8)
    assert np.array_equal(Look(None, 8.2, 16)._squeezed(frame), subject.squeezed(frame, 16))


def test_a_mel_frame_is_found_by_the_time_of_its_picture():
    click = torch.zeros(1, 160_000)
    click[0, 16_000 * 7 // FPS] = 1.0  # with the seventh picture
    assert abs(int(spectrogram(click)[0].sum(0).argmax()) - column(7)) <= 1


def test_every_window_lies_inside_its_clip():
    assert windows(40) == range(8) and BEGINS == 8
    assert column(7) + 512 <= 626
    assert len(windows(33)) == 2
    latents = Latents(torch.arange(40.0)[None, :, None], torch.zeros(1, 4, 16, 78), torch.zeros(1))
    assert len(latents.begins) == 8
    seen = latents.seen(np.array([0]), np.array([7]))
    assert seen[0, [0, -1], 0].tolist() == [7, 38]


def test_latents_of_a_window_begin_with_its_pictures():
    mean = torch.arange(78.0).expand(1, 4, 16, 78)
    latents = Latents(torch.zeros(1, 40, 2), mean, torch.zeros_like(mean))
    for begin in range(8):
        drawn = latents.heard(np.array([0]), np.array([begin]), torch.Generator())
        seconds = drawn[0, 0, 0, 0].item() * 8 * 256 / 16_000
        assert abs(seconds - begin / FPS) < 0.064 and drawn.shape == (1, 4, 16, 64)


def test_scaled_latents_have_deviation_1_and_decode_to_the_same():
    clips = made_up()
    torch.manual_seed(0)
    vae = new_vae(TINY.vae).eval()
    mean, logvar = moments(vae, clips.mels)
    with torch.no_grad():
        before = decode(vae, SCALE * mean)
    scale_latents(vae, clips.mels)
    scaled, scaled_logvar = moments(vae, clips.mels)
    channels = (SCALE * scaled).transpose(0, 1).flatten(1)
    assert torch.allclose(channels.mean(1), torch.zeros(4), atol=1e-4)
    assert torch.allclose(channels.std(1), torch.ones(4), atol=1e-3)
    noise = ((logvar / 2).exp() / mean.std((0, 2, 3), keepdim=True)).mean()
    kept = ((scaled_logvar / 2).exp() / scaled.std((0, 2, 3), keepdim=True)).mean()
    assert kept.item() == pytest.approx(noise.item(), rel=1e-3)
    with torch.no_grad():
        assert torch.allclose(decode(vae, SCALE * scaled), before, atol=1e-4)


def test_segments_are_embedded_as_if_each_were_alone():
    clips = made_up()
    torch.manual_seed(0)
    network = Cavp(TINY).eval()
    begins = np.array([[0, 20], [4, 28]])
    with torch.no_grad():
        seen, heard = embedded(network, clips, np.array([0, 1]), begins, 4)
        own, sound = embedded(network, clips, np.array([1]), begins[1:, :1], 4)
    assert seen.shape == heard.shape == (2, 2, TINY.feature)
    assert torch.allclose(seen[1, 0], own[0, 0], atol=1e-5)
    assert torch.allclose(heard[1, 0], sound[0, 0], atol=1e-5)
    assert torch.allclose(seen.norm(dim=-1), torch.ones(2, 2))


@pytest.mark.parametrize("kinds", [True, False])
def test_clips_of_one_label_are_no_contrast_where_kinds_count(kinds, monkeypatch):
    """Only the temporal contrast can then tell clips that are all of one label."""
    known = checked(settings_for("diff-foley-cavp", kinds=kinds), CavpSettings)
    asked = []
    monkeypatch.setattr(cavp, "contrast", lambda *given: asked.append(given[2]) or given[0].sum())
    cavp._loss(Cavp(TINY), known, made_up(3), np.random.default_rng(0))
    across, along = asked[: known.segments], asked[known.segments :]
    assert all(same.all() == kinds and same.diagonal().all() for same in across)
    assert len(along) == known.batch and all(
        (same == np.eye(known.segments)).all() for same in along
    )


def test_the_schedule_of_the_training_is_that_of_the_sampling():
    assert np.abs(schedule().alphas_cumprod.numpy() - alphas_cumprod()).max() < 1e-6
    noisy = schedule().add_noise(torch.ones(1), torch.zeros(1), torch.tensor([500]))
    assert noisy.item() == pytest.approx(SCHEDULE.alpha(501 / 1000), rel=1e-5)
    assert SCHEDULE.step(even_times(4, SCHEDULE)[0]) == 999


def test_a_shifted_pair_is_apart_by_what_was_asked_for_where_there_is_room():
    rng = np.random.default_rng(0)
    begins = np.arange(8)
    for _ in range(5):
        assert (np.abs(shifted(begins, 4, 8, rng) - begins) >= 4).all()
    assert shifted(np.array([3]), 5, 8, rng).tolist() == [4]
