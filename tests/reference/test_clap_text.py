"""CLAP's text tower and tokens against laion_clap, with the same random weights and vocabulary."""

from unittest.mock import patch

import numpy as np
import pytest
import torch

from tests.encoders.difference import difference
from tests.reference.packages import needs_packages

pytestmark = needs_packages

TEXTS = ["abc ab", "A police siren wailing, don't we've 1234 é", "", "ab " * 100, " abc<mask>"]


@pytest.fixture(scope="module")
def vocabulary():
    from tests.encoders.roberta import full

    return full()


@pytest.fixture(scope="module")
def config():
    """RoBERTa-base with two layers of its twelve."""
    from copy import deepcopy

    from sfbench.encoders.clap.text import ROBERTA_BASE

    config = deepcopy(ROBERTA_BASE)
    config.num_hidden_layers = 2
    return config


@pytest.fixture(scope="module")
def package(vocabulary, config):
    """The package's module with its own text tower, which it would fetch, filled at random."""
    from transformers import RobertaModel, RobertaTokenizer

    from sfbench.encoders.reference.clap import laion_clap
    from sfbench.encoders.reference.upstream import quiet

    torch.manual_seed(0)
    ids, merges = vocabulary
    tokenizer = RobertaTokenizer(vocab=ids, merges=merges)
    laion = laion_clap()
    with (
        quiet(),
        patch.object(RobertaModel, "from_pretrained", lambda *_: RobertaModel(config)),
        patch.object(RobertaTokenizer, "from_pretrained", lambda *_: tokenizer),
    ):
        return laion.CLAP_Module(enable_fusion=False, device="cpu", amodel="HTSAT-tiny").eval()


def test_tokens_are_those_of_the_package(package, vocabulary):
    from sfbench.encoders.clap.tokens import clap_tokenizer

    theirs = package.tokenizer(TEXTS)
    mine = clap_tokenizer(*vocabulary)(TEXTS)
    assert np.array_equal(mine, theirs["input_ids"].numpy())
    assert np.array_equal(mine != 1, theirs["attention_mask"].numpy())


def test_a_text_embeds_as_the_package_embeds_it(package, vocabulary, config):
    from sfbench.encoders.clap.text import ClapText, clap_text_network
    from sfbench.encoders.clap.tokens import clap_tokenizer

    state = package.get_submodule("model").state_dict()
    ours = ClapText(clap_text_network(state, config), clap_tokenizer(*vocabulary))
    with torch.inference_mode():
        theirs = package.get_text_embedding(TEXTS)
    assert difference(ours(TEXTS), theirs) < 1e-5
    assert difference(theirs[1:], theirs[:-1]) > 1e-3
