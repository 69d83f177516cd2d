import numpy as np
import pytest

from sfbench.eval.metrics.envelope import envelope_correlation

CURVE = -30 + 10 * np.sin(np.arange(500) / 50)


def test_a_curve_follows_itself_at_any_gain():
    assert envelope_correlation(CURVE, CURVE) == pytest.approx(1)
    assert envelope_correlation(CURVE, CURVE - 6) == pytest.approx(1)


def test_the_mirrored_curve_goes_against_it():
    assert envelope_correlation(CURVE, -60 - CURVE) == pytest.approx(-1)


def test_unrelated_curves_are_near_zero():
    noise = np.random.default_rng(0).normal(-30, 3, 500)
    assert abs(envelope_correlation(CURVE, noise)) < 0.15


def test_a_flat_or_silent_curve_has_no_course_to_follow():
    assert envelope_correlation(CURVE, np.full(500, -20.0)) is None
    assert envelope_correlation(CURVE, np.linspace(-120, -61, 500)) is None
