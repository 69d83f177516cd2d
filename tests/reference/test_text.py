"""Our text tower and tokenizer of CLIP against open_clip, over its whole vocabulary."""

from pathlib import Path

import numpy as np
import pytest
import torch

from sfbench.encoders.clip import vit
from sfbench.encoders.clip.tokens import CONTEXT, VOCABULARY, Tokenizer, read_merges
from sfbench.encoders.clip.towers import TEXT_B_32
from tests.encoders.difference import difference
from tests.reference.packages import needs_packages

pytestmark = needs_packages

TEXTS = (
    "helicopter",
    "airplane flyby",
    "ambulance siren; police car (siren)",
    "Sound of a RAILROAD car, train wagon's wheels &amp; rails",
    "don't we've 1234 it's 7.5km",
    "",
    "vacuum cleaner cleaning floors " * 40,
)


@pytest.fixture(scope="module")
def tokenizer():
    import open_clip

    return Tokenizer(read_merges(Path(open_clip.__file__).parent / "bpe_simple_vocab_16e6.txt.gz"))


def test_tokens_are_those_of_open_clip(tokenizer):
    import open_clip

    theirs = open_clip.get_tokenizer("ViT-B-32-quickgelu")(list(TEXTS)).numpy()
    assert np.array_equal(tokenizer(TEXTS), theirs)


def test_a_text_embeds_as_open_clip_embeds_it(tokenizer):
    import open_clip

    from sfbench.encoders.reference.clip import VIT_B_32
    from sfbench.encoders.reference.upstream import loaded
    from tests.reference.pairs import weights

    state = weights("clip-vit-b-32")
    package = open_clip.CLIP(**open_clip.get_model_config(VIT_B_32))
    state |= {"logit_scale": torch.zeros(())}
    loaded(package, state)
    ids = torch.from_numpy(tokenizer(TEXTS))
    mine = vit.text_tower(state, TEXT_B_32, VOCABULARY, CONTEXT)(ids)
    assert difference(mine.numpy(), package.encode_text(ids).numpy()) < 1e-5
