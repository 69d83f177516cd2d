"""Our networks against the packages that published them, with the same random weights."""

import pytest

from sfbench.encoders.extractor import (
    extractors,
    frame_extractors,
    reference_extractors,
    reference_frame_extractors,
)
from tests.encoders.difference import companions_matter, difference
from tests.reference.packages import needs_packages

BOUND = 1e-5  # ten times below what is promised; rounding in float32 is 1e-6

pytestmark = needs_packages

NAMES = sorted([*reference_extractors, *reference_frame_extractors])


@pytest.fixture(params=NAMES, scope="module")
def both(request):
    from tests.reference.pairs import PAIRS

    return PAIRS[request.param]()


def test_our_network_answers_as_the_package_does(both):
    assert both.difference() < BOUND


def test_the_answer_depends_on_the_input(both):
    first, *others = [next(iter(one.values()))[:1] for one in both.theirs(both.inputs)]
    assert all(difference(other, first) > 1000 * BOUND for other in others)


def test_companions_change_a_packages_answer_only_where_it_says_so(both):
    if both.theirs.name == "wav2clip-zscore-batch":
        assert companions_matter(both.theirs, both.inputs) > 1000 * BOUND
    else:
        assert companions_matter(both.theirs, both.inputs) < BOUND


def test_every_reference_is_of_an_extractor_of_ours():
    assert set(reference_extractors) <= set(extractors)
    assert set(reference_frame_extractors) <= set(frame_extractors)
