"""Versions of the software behind a number."""

import platform
from importlib.metadata import version

PACKAGES = ("av", "numpy", "soxr", "soundfile", "pillow")


def versions() -> dict[str, str]:
    """Return the versions of sfbench, Python and the packages that touch media or numbers."""
    from sfbench import __version__

    return {
        "sfbench": __version__,
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
    }
