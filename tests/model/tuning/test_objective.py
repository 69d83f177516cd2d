from math import log

import pytest
import torch
from diffusers import DDPMScheduler

from sfbench.model.tuning.objective import denoising_loss, draw_times, label_loss

LATENTS = torch.randn(3, 4, 2, 2, generator=torch.Generator().manual_seed(0))


def chance():
    return torch.Generator().manual_seed(7)


def schedule(kind="epsilon"):
    return DDPMScheduler(beta_schedule="scaled_linear", prediction_type=kind)


def knowing(known):
    """Return a network that knows the clean latents, so also the noise."""

    def predict(noisy, times):
        kept = known.alphas_cumprod[times].view(-1, 1, 1, 1)
        noise = (noisy - kept.sqrt() * LATENTS) / (1 - kept).sqrt()
        if known.config.prediction_type == "v_prediction":
            return kept.sqrt() * noise - (1 - kept).sqrt() * LATENTS
        return noise

    return predict


@pytest.mark.parametrize("kind", ["epsilon", "v_prediction"])
def test_who_knows_the_clean_latents_has_no_loss(kind):
    known = schedule(kind)
    assert denoising_loss(knowing(known), known, LATENTS, chance()).item() < 1e-6


def test_who_says_nothing_has_the_power_of_the_noise():
    loss = denoising_loss(lambda x, t: 0 * x, schedule(), LATENTS, chance())
    noise = torch.randn(LATENTS.shape, generator=chance())
    assert loss.item() == pytest.approx(noise.square().mean().item(), rel=1e-6)


def test_times_of_little_noise_count_less_by_their_ratio():
    known, seen = schedule(), []

    def nothing(noisy, times):
        seen.append(times)
        return 0 * noisy

    loss = denoising_loss(nothing, known, LATENTS, chance(), min_snr=5.0)
    kept = known.alphas_cumprod[seen[0]]
    weights = (5 * (1 - kept) / kept).clamp(max=1)
    noise = torch.randn(LATENTS.shape, generator=chance())
    wanted = (noise.square().flatten(1).mean(1) * weights).mean().item()
    assert loss.item() == pytest.approx(wanted, rel=1e-5)


def test_at_the_threshold_a_label_is_a_coin():
    half, yes = torch.full((2, 1), 0.5), torch.tensor([[True], [False]])
    assert label_loss(half, yes, yes | True, yes, 20.0).item() == pytest.approx(log(2))


def test_the_own_label_and_all_others_have_equal_weight():
    cosines = torch.tensor([[0.9], [0.5], [0.5], [0.5]])
    there = torch.tensor([[True], [False], [False], [False]])
    sure = torch.nn.functional.softplus(torch.tensor(-8.0)).item()
    loss = label_loss(cosines, there, there | True, there, 20.0).item()
    assert loss == pytest.approx((sure + log(2)) / 2, rel=1e-5)


def test_what_is_not_known_does_not_count():
    cosines = torch.tensor([[0.9, 0.9]])
    there, known = torch.tensor([[True, True]]), torch.tensor([[True, False]])
    one = label_loss(cosines[:, :1], there[:, :1], known[:, :1], there[:, :1], 20.0)
    assert label_loss(cosines, there, known, there, 20.0) == one


def test_an_own_label_that_is_silent_counts_as_one_that_sounds():
    cosines, own = torch.tensor([[0.9], [0.9]]), torch.tensor([[True], [True]])
    there = torch.tensor([[True], [False]])
    right, wrong = (torch.nn.functional.softplus(torch.tensor(x)).item() for x in (-8.0, 8.0))
    known = there | True
    loss = label_loss(cosines, there, known, own, 20.0).item()
    assert loss == pytest.approx((right + wrong) / 2, rel=1e-5)
    loss = label_loss(cosines, there, known, own, 20.0, silence=3.0).item()
    assert loss == pytest.approx((right + 3 * wrong) / 4, rel=1e-5)


def test_late_times_are_drawn_more_often():
    times = draw_times(1000, 4000, chance(), 1.0)
    assert times.min() >= 0 and times.max() < 1000
    assert times.float().mean() == pytest.approx(2 / 3 * 1000, rel=0.02)
    assert draw_times(1000, 4000, chance(), 0.0).float().mean() == pytest.approx(500, rel=0.05)
