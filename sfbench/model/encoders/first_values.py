"""First values of transformers, where modules of torch give none."""

from torch import nn

_PROJECTIONS = ("class_embedding", "proj", "text_projection", "in_proj_weight")
_PLACES = ("positional_embedding", "relative_position_bias_table")


def first_values(network: nn.Module) -> None:
    """Fill what CLIP's towers and HTS-AT leave empty, as CLIP and Swin do; torch's seed decides."""
    for module in network.modules():
        for name, value in module.named_parameters(recurse=False):
            if name in _PROJECTIONS:
                nn.init.normal_(value, std=value.shape[-1] ** -0.5)
            if name in _PLACES or isinstance(module, nn.Embedding):
                nn.init.normal_(value, std=0.02)
