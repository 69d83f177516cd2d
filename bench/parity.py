"""Prints how far our networks and distances are from the packages that published them.

Weights are random, the same in both. Exits with 1 where a difference is over its bound.

Run: python -m bench.parity   (needs sfbench[reference]; in an environment of its own)
"""

import sys
from collections.abc import Iterator
from importlib.metadata import version

from sfbench.eval.metrics.collapse import collapsed_frechet_distance
from sfbench.eval.metrics.frechet import frechet_distance
from tests.reference.frechet import CLOUDS, collapsed_embeddings, their_distance
from tests.reference.pairs import PAIRS

NETWORKS, DISTANCES = 1e-4, 1e-6

Row = tuple[str, str, float, float]  # what, package, largest relative difference, bound


def networks() -> Iterator[Row]:
    """Yield a row for each extractor."""
    for name, make in PAIRS.items():
        both = make()
        package = both.theirs.signature.rpartition("|backend=")[2]
        yield name, package, both.difference(), NETWORKS


def distances() -> Iterator[Row]:
    """Yield a row for each pair of clouds, and one for the collapsed PANNs value."""
    package = f"frechet_audio_distance-{version('frechet_audio_distance')}"
    for name, make in CLOUDS.items():
        clouds = make()
        off = frechet_distance(*clouds) / their_distance(*clouds) - 1
        yield f"FAD {name}", package, abs(off), DISTANCES
    rows, flat = collapsed_embeddings()
    off = collapsed_frechet_distance(*rows) / their_distance(*flat) - 1
    yield "FAD of PANNs, collapsed", package, abs(off), DISTANCES


def main() -> int:
    over = 0
    print(f"{'extractor':42s}{'package':32s}{'largest difference':>18s}{'bound':>8s}")
    for rows in (networks(), distances()):
        for name, package, off, bound in rows:
            print(f"{name:42s}{package:32s}{off:18.1e}{bound:8.0e}", flush=True)
            over += not off <= bound
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
