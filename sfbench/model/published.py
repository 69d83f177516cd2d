"""The published files of generators: where they are, how big, under which licence."""

from sfbench.weights.declaration import Repository, Weights

_SMALL = 100_000  # bytes above which no configuration is


def _file(row: str, path: str, *, name: str | None = None, **about: object) -> Weights:
    """Return a file of a hub repository, kept under the row's name as it is published."""
    return Weights(name=name or f"{row}/{path}", file=f"{row}/{path}", path=path, **about)  # type: ignore[arg-type]


# No commit, length or hash of it is published. The bounds are those of 32-bit numbers.
_AUFFUSION = {
    "repo": "auffusion/auffusion-full-no-adapter",
    "revision": "main",
    "licence": "CC-BY-NC-SA-4.0",
}

AUFFUSION: Repository = tuple(
    _file("auffusion", path, at_most=at_most, **_AUFFUSION)
    for path, at_most in {
        "model_index.json": _SMALL,
        "feature_extractor/preprocessor_config.json": _SMALL,
        "scheduler/scheduler_config.json": _SMALL,
        "text_encoder/config.json": _SMALL,
        "text_encoder/pytorch_model.bin": 520_000_000,
        "tokenizer/merges.txt": 1_000_000,
        "tokenizer/special_tokens_map.json": _SMALL,
        "tokenizer/tokenizer_config.json": _SMALL,
        "tokenizer/vocab.json": 2_000_000,
        "unet/config.json": _SMALL,
        "unet/diffusion_pytorch_model.bin": 3_600_000_000,
        "vae/config.json": _SMALL,
        "vae/diffusion_pytorch_model.bin": 350_000_000,
        "vocoder/config.json": _SMALL,
        "vocoder/vocoder.pt": 60_000_000,
    }.items()
)
"""The latent diffusion model that FoleyCrafter and Smooth-Foley stand on."""

# Its own part is Apache-2.0; it runs on Auffusion alone, whose licence is another.
_FOLEYCRAFTER = {
    "repo": "ymzhang319/FoleyCrafter",
    "revision": "56c5ba7e052249a10bca6ebd12f9d5d8e6c26ae0",
    "licence": "Apache-2.0",
}

SEMANTIC_ADAPTER = _file(
    "foleycrafter",
    "semantic/semantic_adapter.bin",
    name="foleycrafter-semantic",
    at_most=92_000_000,
    **_FOLEYCRAFTER,
)

# A third of it is the adapter, the rest the state of its optimiser.
TEMPORAL_ADAPTER = _file(
    "foleycrafter",
    "temporal_adapter.ckpt",
    name="foleycrafter-temporal",
    at_most=4_400_000_000,
    **_FOLEYCRAFTER,
)

TIME_DETECTOR = _file(
    "foleycrafter",
    "timestamp_detector.pth.tar",
    name="foleycrafter-detector",
    at_most=385_000_000,
    **_FOLEYCRAFTER,
)

VOCODER: Repository = tuple(
    _file(
        "foleycrafter",
        path,
        name=f"foleycrafter-vocoder/{path.rpartition('/')[2]}",
        at_most=at_most,
        **_FOLEYCRAFTER,
    )
    for path, at_most in {"vocoder/config.json": _SMALL, "vocoder/vocoder.pt": 60_000_000}.items()
)

_IP_ADAPTER = {
    "repo": "h94/IP-Adapter",
    "revision": "018e402774aeeddd60609b4ecdb7e298259dc729",
    "licence": "Apache-2.0",
}

IMAGE_ENCODER: Repository = (
    _file(
        "ip-adapter-image-encoder",
        "models/image_encoder/config.json",
        at_most=_SMALL,
        **_IP_ADAPTER,
    ),
    _file(
        "ip-adapter-image-encoder",
        "models/image_encoder/model.safetensors",
        size=2_528_373_448,
        sha256="6ca9667da1ca9e0b0f75e46bb030f7e011f44f86cbfb8d5a36590fcd7507b030",
        **_IP_ADAPTER,
    ),
)
"""CLIP ViT-H/14, the pictures' half, as transformers reads it."""

# The length and the hash of the first are told by others who hold to it. Of the other two neither
# is: beside each of their 3.77 GB and 47 MB of tensors an optimiser may keep two more.
_DIFF_FOLEY = {
    "repo": "SimianLuo/Diff-Foley",
    "revision": "b17ddbe76e6d42f4b4135eeb443b1c1644267e3e",
    "licence": "MIT",
}

DIFF_FOLEY_CAVP = _file(
    "diff-foley",
    "diff_foley_ckpt/cavp_epoch66.ckpt",
    name="diff-foley-cavp",
    size=1_361_483_035,
    sha256="3472c2217a9481f530a96e32611c9e4611766f10b7f0d185a1ce35be7b7f9c80",
    **_DIFF_FOLEY,
)

DIFF_FOLEY_LDM = _file(
    "diff-foley",
    "diff_foley_ckpt/ldm_epoch240.ckpt",
    name="diff-foley-ldm",
    at_most=11_500_000_000,
    **_DIFF_FOLEY,
)

DIFF_FOLEY_CLASSIFIER = _file(
    "diff-foley",
    "diff_foley_ckpt/double_guidance_classifier.ckpt",
    name="diff-foley-classifier",
    at_most=150_000_000,
    **_DIFF_FOLEY,
)
