"""DPM-Solver++ and double guidance: laws, and upstream's answers with a tiny pair of networks."""

import numpy as np
import pytest
import torch

from sfbench.encoders.fill import filled
from sfbench.model.diff_foley.classifier import read_classifier
from sfbench.model.diff_foley.condition import Condition
from sfbench.model.diff_foley.geometry import TINY
from sfbench.model.diff_foley.guidance import DoubleGuidance, with_empty
from sfbench.model.diff_foley.sampler import dpm_solver, even_times
from sfbench.model.diff_foley.schedule import SCHEDULE
from sfbench.model.diff_foley.unet import PREFIX, read_unet
from tests.encoders.difference import difference
from tests.model.diff_foley import upstream

GOLDEN = upstream.vectors("sampler")
FEATURES = upstream.features("sampler", 2, 40, 48)
NOISE = upstream.normal("sampler", "latent", 2, 4, 16, 16)


@pytest.fixture(scope="module")
def networks():
    state = upstream.state("diff-foley-sampler.ldm")
    told = "cond_stage_model."
    condition = filled(
        lambda: Condition(48, 64),
        {key.removeprefix(told): value for key, value in state.items() if told in key},
    )
    guide = read_classifier(upstream.state("diff-foley-sampler.classifier"), TINY.classifier)
    denoiser = {key: value for key, value in state.items() if key.startswith(PREFIX)}
    return read_unet(denoiser, TINY.unet), condition, guide


def guided(networks, alignment, features):
    unet, condition, guide = networks
    told = condition(FEATURES[:, :32])
    assert difference(told[:, ::8, ::8].numpy(), GOLDEN["cond"]) < 1e-6
    scale = float(GOLDEN["cfg_scale"])
    return DoubleGuidance(unet, guide, SCHEDULE, with_empty(told), features, scale, alignment)


def test_the_schedule_is_upstreams():
    assert np.abs(SCHEDULE.alphas_cumprod[::37] - GOLDEN["alphas_cumprod"]).max() < 1e-6
    for t, *upstreams in zip(
        *(GOLDEN[f"schedule_{name}"] for name in ("t", "log_alpha", "sigma", "lambda")), strict=True
    ):
        mine = [SCHEDULE.log_alpha(float(t)), SCHEDULE.sigma(float(t)), SCHEDULE.lam(float(t))]
        assert np.allclose(mine, upstreams, atol=2e-5)
    assert SCHEDULE.alpha(0.3) ** 2 + SCHEDULE.sigma(0.3) ** 2 == pytest.approx(1)


def test_time_runs_evenly_from_1_to_a_thousandth():
    times = even_times(25, SCHEDULE)
    assert (times[0], times[-1], len(times)) == (1, 0.001, 26)
    assert np.allclose(np.diff(times), -0.999 / 25)
    steps = [SCHEDULE.step(t) for t in times[:-1]]
    assert np.allclose(steps, GOLDEN["model_t_25"], atol=1e-3)
    assert steps[1] == pytest.approx(959.04)


@pytest.mark.parametrize("steps", [2, 14, 15])
def test_a_model_that_knows_the_answer_is_followed_to_it(steps):
    answer, noise = torch.randn(2, 1, 4, 4, 4, dtype=torch.float64)

    def knowing(x, t):
        return (x - SCHEDULE.alpha(t) * answer) / SCHEDULE.sigma(t)

    begin = SCHEDULE.alpha(1) * answer + SCHEDULE.sigma(1) * noise
    end = dpm_solver(knowing, begin, even_times(steps, SCHEDULE), SCHEDULE)
    expected = SCHEDULE.alpha(0.001) * answer + SCHEDULE.sigma(0.001) * noise
    assert torch.allclose(end, expected, atol=1e-9)


@pytest.mark.slow
@torch.no_grad()
@pytest.mark.parametrize("steps", [5, 16, 25])
def test_latents_end_where_upstreams_end(networks, steps):
    plain, asked = guided(networks, 0, FEATURES), []
    times = even_times(steps, SCHEDULE)
    end = dpm_solver(lambda x, t: asked.append((x, t)) or plain(x, t), NOISE, times, SCHEDULE)
    assert difference(end[:, :, ::4, ::4].numpy(), GOLDEN[f"final_{steps}"]) < 2e-5
    asked_at = [SCHEDULE.step(t) for _, t in asked]
    assert np.allclose(asked_at, GOLDEN[f"model_t_{steps}"], atol=1e-3)
    if steps == 5:
        at = torch.stack([x for x, _ in asked])
        assert difference(at[..., ::8, ::8].numpy(), GOLDEN["x_per_step_5"]) < 2e-5
    double = guided(networks, float(GOLDEN["classifier_scale"]), FEATURES)
    end = dpm_solver(double, NOISE, times, SCHEDULE)
    assert difference(end[:, :, ::4, ::4].numpy(), GOLDEN[f"final_guided_{steps}"]) < 2e-5


@torch.no_grad()
def test_a_guide_may_see_the_window_or_the_whole_sequence(networks):
    times, scale = even_times(5, SCHEDULE), float(GOLDEN["classifier_scale"])
    window = dpm_solver(guided(networks, scale, FEATURES[:, :32]), NOISE, times, SCHEDULE)
    seen = window[:, :, ::4, ::4].numpy()
    assert difference(seen, GOLDEN["final_guided_window_5"]) < 2e-5
    assert difference(seen, GOLDEN["final_guided_5"]) > 2e-4
