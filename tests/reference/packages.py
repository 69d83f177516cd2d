"""What the tests of this folder need, and which marker says so."""

from importlib.util import find_spec

import pytest

PACKAGES = (
    "frechet_audio_distance",
    "laion_clap",
    "open_clip",
    "panns_inference",
    "torchvggish",
    "wav2clip",
)
MISSING = [package for package in PACKAGES if find_spec(package) is None]

needs_packages = [
    pytest.mark.reference,
    pytest.mark.skipif(
        bool(MISSING),
        reason=f"{', '.join(MISSING)} not installed; type: bash .ci/reference",
    ),
]
