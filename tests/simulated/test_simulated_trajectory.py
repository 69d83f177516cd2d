import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfbench.simulated.trajectory import (
    SPEED_OF_SOUND,
    Trajectory,
    bearing,
    closest_approach,
    distance,
    emission_times,
    radial_velocity,
)

KINDS = ["pass-by", "approach-recede", "hover", "static"]
TIMES = np.linspace(0, 10, 1001)

ways = st.builds(
    Trajectory,
    kind=st.sampled_from(KINDS),
    closest=st.floats(2, 200),
    bearing=st.floats(-3, 3),
    altitude=st.floats(0, 100),
    speed=st.floats(0.5, 80),
    time=st.floats(-1, 11),
    turn=st.sampled_from([-1, 1]),
)


def test_a_pass_by_at_three_metres_is_five_metres_off_four_metres_later():
    way = Trajectory(kind="pass-by", closest=3, speed=2, time=5, turn=1)
    assert distance(way, np.array([5.0, 7.0])) == pytest.approx([3, 5])
    assert radial_velocity(way, np.array([5.0, 7.0])) == pytest.approx([0, 1.6])
    assert bearing(way, np.array([6.5])) == pytest.approx([np.pi / 4])


def test_an_object_that_comes_and_goes_stays_on_its_line_of_sight():
    way = Trajectory(kind="approach-recede", closest=10, bearing=0.3, speed=20, time=4)
    assert bearing(way, TIMES) == pytest.approx(np.full(len(TIMES), 0.3))
    assert TIMES[distance(way, TIMES).argmin()] == pytest.approx(4)


@settings(max_examples=40, deadline=None)
@given(ways)
def test_the_radial_velocity_is_the_slope_of_the_distance(way):
    step = 1e-5
    slope = (distance(way, TIMES + step) - distance(way, TIMES - step)) / (2 * step)
    assert np.abs(radial_velocity(way, TIMES) - slope).max() < 1e-4


@settings(max_examples=40, deadline=None)
@given(ways)
def test_sound_leaves_the_source_as_long_before_as_it_takes_to_arrive(way):
    emitted = emission_times(way, TIMES)
    arrival = emitted + distance(way, emitted) / SPEED_OF_SOUND
    assert np.abs(arrival - TIMES).max() < 1e-9


def test_only_what_moves_within_the_clip_has_a_closest_approach():
    assert closest_approach(Trajectory(kind="pass-by", closest=1, time=4.0), 10.0) == 4.0
    assert closest_approach(Trajectory(kind="pass-by", closest=1, time=11.0), 10.0) is None
    assert closest_approach(Trajectory(kind="hover", closest=1, time=4.0), 10.0) is None
