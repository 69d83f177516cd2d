"""How rough mel images are, place by place, so that decoded ones are as rough as true ones.

A mean error alone is least for smooth images: noise comes back as a mist.

Source: Portilla and Simoncelli, IJCV 40, 2000 (textures told by averages of what filters answer);
McDermott and Simoncelli, Neuron 71, 2011 (the same of sounds); Haar's differences as filters.
"""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, l1_loss

_SIZES = (1, 2, 4)  # bands and columns of the squares that are compared with their neighbours
_PATCH = (8, 12)  # bands and columns, at most, over which their differences are averaged


def texture_error(true: Tensor, decoded: Tensor) -> Tensor:
    """Return the mean absolute difference in roughness of images, [B, channels, h, w].

    The first channel counts. It moves no image to its place: an absolute error belongs beside it.
    """
    pairs = zip(roughness(true), roughness(decoded), strict=True)
    return torch.stack([l1_loss(*pair) for pair in pairs]).mean()


def roughness(images: Tensor) -> list[Tensor]:
    """Return the mean differences between neighbours, for each size [B, 5, h / 8, w / 12].

    Squares of 1, 2 and 4 bands and columns are compared along the columns, along the bands, both
    ways across, and as corners of a saddle.
    """
    return [_rough(images[:, :1], size) for size in _SIZES]


def _rough(images: Tensor, size: int) -> Tensor:
    means = avg_pool2d(images, size, 1)
    height, width = means.shape[-2] - size, means.shape[-1] - size
    here, later = means[..., :height, :width], means[..., :height, size:]
    above, across = means[..., size:, :width], means[..., size:, size:]
    saddle = here + across - later - above
    pairs = [later - here, above - here, across - here, above - later, saddle]
    patch = (min(_PATCH[0], height), min(_PATCH[1], width))
    return avg_pool2d(torch.cat(pairs, 1).abs(), patch)
