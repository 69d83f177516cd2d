"""The way of a training, over a learner so small that its steps can be followed by hand."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from sfbench.errors import SfbenchError
from sfbench.model.training.begin import begin
from sfbench.model.training.progress import Goal, Look
from sfbench.model.tuning.settings import Settings
from sfbench.model.tuning.tune import Study, tune
from sfbench.progress import quiet
from tests.model.tuning.parts import NETWORKS
from tests.model.tuning.world import stopping_at

CLIPS = [SimpleNamespace(times=np.zeros(1), value=float(k)) for k in range(5)]


class Learner(nn.Module):
    """Learns one number; its loss is the squared distance from the clips' mean value."""

    def __init__(self):
        super().__init__()
        self.trained = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(self.trained.weight)

    def forward(self, ready, rng, during):
        noise = rng.normal() if self.training else 0.0
        wanted = np.mean([one.value for one in ready]) + noise
        return (self.trained(torch.ones(1)) - float(wanted)).square().mean()


def settings(**changes):
    known = {"data": "", "steps": 8, "batch": 2, "learning_rate": 0.1, "check_every": 2}
    return Settings(networks=NETWORKS, **known | {"weight_decay": 0.0} | changes)


def taught(out, asked, *, resume=False, watch=quiet, check=CLIPS):
    learner = Learner()
    study = Study(name="toy", learner=learner, learn=CLIPS, check=check, asked=asked)
    progress = tune(begin(asked, out), study, asked, out, resume, watch)
    return learner.trained.weight.item(), progress


@pytest.mark.parametrize(
    "extra", [{}, {"average": 0.9, "accumulate": 3, "patience": 9, "cool_down": 4}]
)
def test_a_training_killed_at_any_step_ends_as_if_it_had_not_been(tmp_path, extra):
    asked = settings(**extra)
    whole, progress = taught(tmp_path / "whole", asked)
    curve = (tmp_path / "whole" / "toy.metrics.jsonl").read_bytes()
    assert len(progress.looks) == 4
    for step in range(asked.steps):
        out = tmp_path / f"at-{step}"
        with pytest.raises(KeyboardInterrupt):
            taught(out, asked, watch=stopping_at(step))
        again, _ = taught(out, asked, resume=True)
        assert again == whole
        assert (out / "toy.metrics.jsonl").read_bytes() == curve


def test_a_training_that_was_begun_is_neither_overwritten_nor_taken_for_another(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        taught(tmp_path, settings(), watch=stopping_at(3))
    with pytest.raises(SfbenchError, match="--resume"):
        taught(tmp_path, settings())
    with pytest.raises(SfbenchError, match="other settings"):
        taught(tmp_path, settings(seed=9), resume=True)


def test_the_first_step_of_adam_is_as_wide_as_the_warm_up_says(tmp_path):
    asked = settings(steps=1, warm_up=4)
    weight, _ = taught(tmp_path, asked)
    assert abs(weight) == pytest.approx(0.025, rel=1e-4)
    kept = torch.load(tmp_path / "toy.progress.pt", weights_only=True)["state"]
    assert kept["schedule"]["_last_lr"] == pytest.approx([0.05])


def test_the_last_steps_narrow_to_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        taught(tmp_path, settings(steps=4, cool_down=2, check_every=3), watch=stopping_at(3))
    kept = torch.load(tmp_path / "toy.progress.pt", weights_only=True)["state"]
    assert kept["schedule"]["_last_lr"] == pytest.approx([0.1 / 2])


def test_batches_of_a_step_count_together(tmp_path):
    """Adam's width hides the size of a gradient, so its remembered mean is looked at."""
    asked = settings(steps=1, accumulate=2, batch=1)
    taught(tmp_path, asked)
    kept = torch.load(tmp_path / "toy.progress.pt", weights_only=True)["state"]["optimizer"]
    drawn = []
    for part in range(2):
        rng = np.random.default_rng([asked.seed, 0, part, 0])
        rng.choice(1, p=[1.0])
        drawn.append(CLIPS[rng.integers(5, size=1)[0]].value + rng.normal())
    gradient = np.clip(-2 * np.mean(drawn), -1, 1)
    assert kept["state"][0]["exp_avg"].item() == pytest.approx(0.1 * gradient, rel=1e-4)


def test_what_is_kept_is_the_average_of_the_weights(tmp_path):
    last, _ = taught(tmp_path / "last", settings())
    mean, progress = taught(tmp_path / "mean", settings(average=0.9))
    assert 0 < mean < last
    kept = np.mean([(mean - one.value) ** 2 for one in CLIPS])
    assert progress.looks[-1].marks["check_loss"] == pytest.approx(kept, rel=1e-5)


def test_a_training_ends_when_looks_find_nothing_better_and_keeps_the_best(tmp_path):
    asked = settings(patience=1, steps=40, check_every=1, learning_rate=0.2)
    weight, progress = taught(tmp_path, asked, check=[SimpleNamespace(value=0.5)])
    losses = [look.marks["check_loss"] for look in progress.looks]
    assert len(losses) < 40 and losses[-1] >= min(losses)
    assert (weight - 0.5) ** 2 == pytest.approx(min(losses), rel=1e-5)


def test_it_is_stale_when_the_last_looks_are_no_better_than_those_before():
    looks = [Look(step, 0.0, {"check_loss": loss}) for step, loss in enumerate([3.0, 1.0, 2.0])]
    goal, other = Goal("check_loss"), Goal("check_loss", upward=True)
    assert goal.stale(looks, 1) and not goal.stale(looks, 2) and not goal.stale(looks, 0)
    assert goal.reached(looks[1], looks[:1]) and not goal.reached(looks[2], looks[:2])
    assert other.stale(looks, 2) and not other.reached(looks[1], looks[:1])


def test_a_figure_that_could_not_be_had_is_no_better_than_any():
    none, some = Look(1, 0.0, {"top1": None}), Look(2, 0.0, {"top1": 0.0})
    goal = Goal("top1", upward=True)
    assert goal.reached(some, [none]) and not goal.reached(none, [some])


def test_the_curve_has_a_line_for_each_look(tmp_path):
    taught(tmp_path, settings(steps=5))
    lines = (tmp_path / "toy.metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [2, 4, 5]
