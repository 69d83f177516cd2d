"""Our distances against frechet_audio_distance's, on the same embeddings."""

import numpy as np
import pytest

from sfbench.eval.metrics.collapse import collapsed_frechet_distance
from sfbench.eval.metrics.frechet import frechet_distance
from tests.reference.packages import needs_packages

pytestmark = needs_packages

NAMES = (
    "vggish, 48 rows of a random network",
    "vggish, 950 rows drawn",
    "clap, 8 rows of a random network",
    "clap, 95 rows drawn",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_distance_is_that_of_frechet_audio_distance(name):
    from tests.reference.frechet import CLOUDS, their_distance

    reference, generated = CLOUDS[name]()
    theirs = their_distance(reference, generated)
    assert theirs > 0.01
    assert frechet_distance(reference, generated) == pytest.approx(theirs, rel=1e-6)


@pytest.fixture(scope="module")
def collapsed():
    from tests.reference.frechet import collapsed_embeddings

    return collapsed_embeddings()


def test_the_package_loses_the_axis_of_its_panns_embeddings_and_nothing_else(collapsed):
    for rows, flat in zip(*collapsed, strict=True):
        assert rows.shape == (4, 2048)
        assert np.array_equal(rows.ravel(), flat)


def test_the_collapsed_distance_is_what_the_package_makes_of_panns(collapsed):
    from tests.reference.frechet import their_distance

    rows, flat = collapsed
    theirs = their_distance(*flat)
    assert collapsed_frechet_distance(*rows) == pytest.approx(theirs, rel=1e-6)
    assert frechet_distance(*rows) > 10 * theirs
