import pytest
import torch
from torch.nn.functional import l1_loss

from sfbench.model.training.texture import roughness, texture_error


def stripes(every, height=16, width=24):
    """Return columns of 1 and -1 that change sign after `every`."""
    columns = 1 - 2 * (torch.arange(width) // every % 2).float()
    return columns.expand(1, 1, height, width)


@pytest.mark.parametrize(("every", "along"), [(1, [2.0, 0.0, 0.0]), (4, [0.5, 1.0, 1.0])])
def test_stripes_are_rough_along_the_columns_at_their_own_size_alone(every, along):
    sizes = roughness(stripes(every, 32, 96))
    for seen, expected in zip(sizes, along, strict=True):
        answers = expected * torch.tensor([1.0, 0.0, 1.0, 1.0, 0.0])
        torch.testing.assert_close(seen[0].mean((1, 2)), answers)


def test_where_an_image_is_bright_says_nothing_of_its_roughness():
    noise = torch.randn(2, 1, 32, 48, generator=torch.Generator().manual_seed(0))
    assert texture_error(noise, noise + 3) < 1e-6
    assert texture_error(noise, 2 * noise) > 0.3


def test_other_noise_is_as_rough_and_a_mist_is_not_though_its_error_is_smaller():
    chance = torch.Generator().manual_seed(0)
    true, other = torch.randn(2, 4, 3, 128, 96, generator=chance)
    mist = torch.zeros_like(true)
    assert texture_error(true, other) < 0.2 * texture_error(true, mist)
    assert l1_loss(other, true) > 1.3 * l1_loss(mist, true)


def test_images_that_are_narrower_than_a_patch_have_one_in_a_row():
    assert [seen.shape for seen in roughness(torch.zeros(2, 3, 16, 9))] == [(2, 5, 1, 1)] * 3


def test_what_is_smooth_learns_to_be_rough():
    chance = torch.Generator().manual_seed(0)
    true = torch.randn(1, 1, 32, 48, generator=chance)
    decoded = (0.01 * torch.randn(1, 1, 32, 48, generator=chance)).requires_grad_()
    texture_error(true, decoded).backward()
    rougher = decoded - 10 * decoded.grad
    assert texture_error(true, rougher) < texture_error(true, decoded)
