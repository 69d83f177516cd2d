"""LAION-CLAP as the package laion_clap computes it, by the front door of its module.

The package fetches tokenizers and a text tower as soon as it is imported and opened; sounds need
neither, so stand-ins take their places. It crops what is longer than 10 s at random, so it is given
the first 10 s alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from unittest.mock import patch

import torch
from torch import Tensor, nn

from sfbench.encoders.checkpoints import CLAP_630K, read_checkpoint
from sfbench.encoders.clap.sound import EMBEDDING, LENGTH, RATE
from sfbench.encoders.extractor import Outputs, Samples
from sfbench.encoders.reference.extractor import ReferenceExtractor
from sfbench.encoders.reference.upstream import loaded, quiet, signed, upstream

_TOGETHER = 8


def open_clap(device: str) -> ReferenceExtractor:
    """Return the extractor that hears samples as they are.

    Raises:
        SfbenchError: The package or the weights are not on this machine, or do not fit.
    """
    return clap(filled(clap_module(), read_checkpoint(CLAP_630K)).to(device))


def open_clap_int16(device: str) -> ReferenceExtractor:
    """Return the extractor that rounds samples to 16 bits first.

    Raises:
        SfbenchError: The package or the weights are not on this machine, or do not fit.
    """
    return clap(filled(clap_module(), read_checkpoint(CLAP_630K)).to(device), int16=True)


def filled(module: nn.Module, state: Mapping[str, Tensor]) -> nn.Module:
    """Return the package's module, its audio towers holding the tensors of the published layout.

    Names may begin with `module.`, as training left them.

    Raises:
        SfbenchError: The checkpoint has another layout.
    """
    tensors = {name.removeprefix("module."): value for name, value in state.items()}
    for tower in ("audio_branch.", "audio_projection."):
        own = {k.removeprefix(tower): v for k, v in tensors.items() if k.startswith(tower)}
        loaded(module.get_submodule(f"model.{tower.rstrip('.')}"), own)
    return module.eval()


def clap_module() -> nn.Module:
    """Return the package's module without fusion, not filled; its text tower is a stand-in."""
    package = laion_clap()
    with _no_tokenizers():
        # Any other kind of text tower is fetched when it is made.
        module: nn.Module = package.CLAP_Module(
            enable_fusion=False, device="cpu", amodel="HTSAT-tiny", tmodel="transformer"
        )
    return module


def laion_clap() -> ModuleType:
    """Return the package, imported without its tokenizers.

    Raises:
        SfbenchError: The package, or one that it needs, is missing or cannot be imported.
    """
    with _no_tokenizers():
        return upstream("laion_clap")


def clap(module: nn.Module, *, int16: bool = False) -> ReferenceExtractor:
    """Return the extractor over a module of the package that is filled."""

    def embed(sounds: Sequence[Samples]) -> list[Outputs]:
        first = [sound[:LENGTH] for sound in sounds]
        groups = [first[begin : begin + _TOGETHER] for begin in range(0, len(first), _TOGETHER)]
        return [{"embedding": row[None]} for group in groups for row in _rows(module, group, int16)]

    samples = "int16" if int16 else "float"
    signature = f"clap-630k-audioset-best-48k|{samples}|first-10s-repeat-pad|{EMBEDDING}d"
    return ReferenceExtractor(
        name="clap-int16" if int16 else "clap",
        signature=signed(signature, "laion_clap"),
        rate=RATE,
        outputs={"embedding": EMBEDDING},
        shortest=1,
        embed=embed,
    )


def _rows(module: nn.Module, sounds: Sequence[Samples], int16: bool) -> Samples:
    given = sounds if int16 else [torch.from_numpy(sound) for sound in sounds]
    embed = module.get_audio_embedding_from_data
    rows = torch.as_tensor(embed(given, use_tensor=not int16))  # type: ignore[operator]
    return rows.cpu().numpy()


@contextmanager
def _no_tokenizers() -> Iterator[None]:
    tokenizer = upstream("transformers").PreTrainedTokenizerBase
    with quiet(), patch.object(tokenizer, "from_pretrained", lambda *_, **__: None):
        yield
