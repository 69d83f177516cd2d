"""A network that tells true mel images from decoded ones, so that decoded ones get texture.

A mean error alone is least for smooth images: noise comes back as a mist.

Source: Isola et al., arXiv 1611.07004 (judging patches); Esser et al., arXiv 2012.09841, equations
5 to 7 (the hinge and the weight); Rombach et al., arXiv 2112.10752, appendix G.
"""

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import leaky_relu

_WIDTHS = (24, 48, 72)
_LEAST = 1e-6
_MOST = 1e3  # weight


class Critic(nn.Module):
    """Scores patches of mel images: higher where they look true.

    It is told how high in the picture a patch lies, as noise looks otherwise in other bands.
    """

    def __init__(self) -> None:
        super().__init__()
        sizes = zip((2, *_WIDTHS[:-1]), _WIDTHS, strict=True)
        self.looks = nn.ModuleList(nn.Conv2d(*size, 4, 2, 1) for size in sizes)
        self.score = nn.Conv2d(_WIDTHS[-1], 1, 3, 1, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Return scores, [B, 1, h / 8, w / 8], of images, [B, channels, h, w]; the first counts."""
        seen = images[:, :1]
        height = torch.linspace(-1, 1, seen.shape[2], device=seen.device)[:, None]
        seen = torch.cat([seen, height.expand_as(seen)], 1)
        for look in self.looks:
            seen = leaky_relu(look(seen), 0.2)
        scores: Tensor = self.score(seen)
        return scores


def hinge(critic: nn.Module, true: Tensor, decoded: Tensor) -> Tensor:
    """Return the loss by which a critic learns; nothing of it reaches what decoded."""
    far = (1 - critic(true)).relu().mean() + (1 + critic(decoded.detach())).relu().mean()
    loss: Tensor = far / 2
    return loss


def deceived(critic: nn.Module, decoded: Tensor) -> Tensor:
    """Return the loss by which what decodes learns; nothing of it reaches the critic."""
    frozen = {name: value.detach() for name, value in critic.named_parameters()}
    scores: Tensor = functional_call(critic, frozen, (decoded,))
    return -scores.mean()


def balance(error: Tensor, other: Tensor, last: nn.Parameter) -> Tensor:
    """Return the weight at which a loss moves the last layer as much as the error does."""
    sides = [torch.autograd.grad(loss, last, retain_graph=True)[0] for loss in (error, other)]
    one, two = (side.norm() for side in sides)
    weight: Tensor = (one / (two + _LEAST)).clamp(max=_MOST)
    return weight.detach()
