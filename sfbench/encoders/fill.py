"""Fills a network from a state dict, exactly."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn

from sfbench.errors import SfbenchError

Network = TypeVar("Network", bound=nn.Module)


def filled(
    make: Callable[[], Network], state: Mapping[str, Tensor], *, channels_last: bool = False
) -> Network:
    """Return the network that `make` makes, holding the tensors of `state`, ready to be used.

    It is in float32, in evaluation mode and without gradients. Its own first values are never
    made: `make` runs without memory, so all that the network needs must be in `state`.

    Args:
        make: Makes the network.
        state: Its tensors, by name.
        channels_last: Whether kernels lie in memory with their channels last, by which a network
            of convolutions takes about half the time on a processor.

    Raises:
        SfbenchError: A tensor is missing, has another shape, or belongs to another network.
    """
    with torch.device("meta"):
        network = make()
    tensors = {name: _prepared(value, channels_last) for name, value in state.items()}
    try:
        network.load_state_dict(tensors, assign=True)
    except RuntimeError as error:
        raise SfbenchError(
            f"the weights do not fit {type(network).__name__}: {' '.join(str(error).split())[:300]}"
        ) from None
    return network.eval().requires_grad_(False)


def _prepared(value: Tensor, channels_last: bool) -> Tensor:
    value = value.float() if value.is_floating_point() else value
    if channels_last and value.ndim == 4:
        return value.contiguous(memory_format=torch.channels_last)
    return value
