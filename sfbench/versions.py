"""Versions of the software behind a number."""

import platform
import sys
from importlib.metadata import version

PACKAGES = ("av", "numpy", "soxr", "soundfile", "pillow")
NETWORKS = ("torch", "diffusers", "transformers", "safetensors")


def versions() -> dict[str, str]:
    """Return the versions of sfbench, Python and the packages that touch media or numbers."""
    from sfbench import __version__

    return {
        "sfbench": __version__,
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
    }


def loaded_networks() -> dict[str, str]:
    """Return the versions of the packages that hold networks, of those that are in use."""
    return {package: version(package) for package in NETWORKS if package in sys.modules}
