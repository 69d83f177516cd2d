"""LAION-CLAP's text tower: a sentence in the space of its sounds.

Source: Wu et al., arXiv 2211.06687; LAION-AI/CLAP, release 1.1.7 (`laion_clap`); the transformer
is RoBERTa, Liu et al., arXiv 1907.11692.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import RobertaConfig, RobertaModel

from sfbench.encoders.clap.sound import EMBEDDING
from sfbench.encoders.clap.tokens import CONTEXT, END, PADDING, START, VOCABULARY, ClapTokenizer
from sfbench.encoders.fill import filled

ROBERTA_BASE = RobertaConfig(
    vocab_size=VOCABULARY,
    hidden_size=768,
    num_hidden_layers=12,
    num_attention_heads=12,
    intermediate_size=3072,
    max_position_embeddings=514,
    type_vocab_size=1,
    layer_norm_eps=1e-5,
    bos_token_id=START,
    pad_token_id=PADDING,
    eos_token_id=END,
)

_TOWERS = ("text_branch.", "text_projection.")
# Counters that older versions of transformers kept among the weights.
_COUNTERS = ("text_branch.embeddings.position_ids", "text_branch.embeddings.token_type_ids")


class ClapTextNetwork(nn.Module):
    """Embeds token ids, [B, 77], as [B, 512], of unit length."""

    def __init__(self, config: RobertaConfig = ROBERTA_BASE) -> None:
        super().__init__()
        self.text_branch = RobertaModel(config)
        # They are in no checkpoint, and all that they say is given to the forward pass.
        for name, _ in list(self.text_branch.embeddings.named_buffers(recurse=False)):
            delattr(self.text_branch.embeddings, name)
        self.text_projection = nn.Sequential(
            nn.Linear(config.hidden_size, EMBEDDING), nn.ReLU(), nn.Linear(EMBEDDING, EMBEDDING)
        )

    def forward(self, ids: Tensor) -> Tensor:
        there = (ids != PADDING).long()
        read = self.text_branch(
            input_ids=ids,
            attention_mask=there,
            position_ids=PADDING + there.cumsum(1) * there,
            token_type_ids=torch.zeros_like(ids),
        )
        return nn.functional.normalize(self.text_projection(read.pooler_output), dim=-1)


@dataclass(frozen=True, slots=True)
class ClapText:
    """Embeds texts as rows, [texts, 512], of unit length."""

    network: ClapTextNetwork
    tokenizer: ClapTokenizer
    device: str = "cpu"

    @property
    def signature(self) -> str:
        """All that the numbers depend on."""
        return f"clap-630k-audioset-best|roberta-base|text-{CONTEXT}|{EMBEDDING}d"

    @torch.inference_mode()
    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the embedding of each text, [texts, 512]."""
        if not texts:
            return np.zeros((0, EMBEDDING), np.float32)
        ids = torch.from_numpy(self.tokenizer(texts))
        rows: Tensor = self.network(ids.to(self.device))
        return rows.cpu().numpy()


def clap_text_network(
    state: Mapping[str, Tensor], config: RobertaConfig = ROBERTA_BASE
) -> ClapTextNetwork:
    """Return the text tower with the tensors of the published layout.

    Names may begin with `module.`, as training left them; the audio tower's are left out.

    Args:
        state: Tensors of the whole checkpoint.
        config: Sizes of the transformer.

    Raises:
        SfbenchError: The checkpoint has another layout.
    """
    tensors = {name.removeprefix("module."): value for name, value in state.items()}
    own = {k: v for k, v in tensors.items() if k.startswith(_TOWERS) and k not in _COUNTERS}
    return filled(partial(ClapTextNetwork, config), own)
