import torch
from torch import nn

from sfbench.model.tuning.critic import Critic, balance, deceived, hinge


class Brightness(nn.Module):
    """Scores images by their brightness."""

    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.ones(()))

    def forward(self, images):
        return self.factor * images.mean((1, 2, 3))


def test_a_critic_that_is_sure_and_right_has_nothing_to_learn():
    bright, dark = torch.full((2, 1, 8, 8), 1.5), torch.full((2, 1, 8, 8), -1.5)
    assert hinge(Brightness(), bright, dark) == 0
    assert hinge(Brightness(), dark, bright) == 2.5


def test_what_the_critic_learns_by_reaches_it_alone_and_the_other_loss_the_decoder_alone():
    critic, decoded = Brightness(), torch.zeros(2, 1, 8, 8, requires_grad=True)
    hinge(critic, torch.zeros(2, 1, 8, 8) + 0.5, decoded).backward()
    assert decoded.grad is None and critic.factor.grad == -0.25
    critic.factor.grad = None
    deceived(critic, decoded).backward()
    assert critic.factor.grad is None and decoded.grad.sum() == -1


def test_at_its_weight_a_loss_moves_the_last_layer_as_much_as_the_error():
    last = nn.Parameter(torch.tensor([1.0, 2.0]))
    error, other = (3 * last).sum(), (4 * last * last).sum()
    weight = balance(error, other, last)
    moved = torch.autograd.grad(weight * other, last)[0].norm()
    torch.testing.assert_close(moved, torch.tensor(18.0).sqrt())


def test_a_critic_learns_to_tell_noise_from_mist():
    torch.manual_seed(0)
    critic = Critic()
    optimizer = torch.optim.Adam(critic.parameters(), 3e-3)
    for _ in range(40):
        loss = hinge(critic, 0.3 * torch.randn(4, 3, 32, 32), torch.zeros(4, 3, 32, 32))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    noise, mist = 0.3 * torch.randn(1, 3, 32, 32), torch.zeros(1, 3, 32, 32)
    assert critic(noise).shape == (1, 1, 4, 4)
    assert critic(noise).mean() > critic(mist).mean() + 1
