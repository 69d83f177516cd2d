"""The published files are as long as the layouts that the networks read."""

import math

import pytest

from sfbench.encoders import checkpoints
from tests.encoders.publish import fills
from tests.golden import rule

# CNN14_16K also keeps where its training sampler stood, CLAP_630K its text tower and optimizer.
LAYOUTS = {
    "VGGISH": "vggish",
    "CNN14_32K": "panns-cnn14-32k",
    "CLIP_VIT_B_32": "clip-vit-b-32",
    "PASST": "passt",
}


@pytest.mark.parametrize(("declaration", "layout"), LAYOUTS.items())
def test_a_layout_fills_its_published_file(declaration, layout):
    declared, shapes = getattr(checkpoints, declaration), rule.keys(layout)
    assert fills(declared, shapes)
    less = dict(list(shapes.items())[len(shapes) // 2 :])
    assert not fills(declared, less)


@pytest.mark.parametrize(
    ("declaration", "layout"), [("WAV2CLIP", "wav2clip"), ("MELCEPTION", "melception")]
)
def test_a_bound_leaves_room_for_the_layout_and_an_optimizer(declaration, layout):
    tensors = 4 * sum(math.prod(shape) for shape in rule.keys(layout).values())
    assert 3 * tensors < getattr(checkpoints, declaration).at_most
