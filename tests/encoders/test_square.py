import numpy as np

from sfbench.encoders.square import MINI_SIDE, mini_square, square


def striped(width, height, edge):
    """Return a black picture whose first and last `edge` columns are white."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, :edge] = picture[:, -edge:] = 255
    return picture


def test_clip_sees_the_middle_of_a_picture():
    assert square(striped(320, 240, 20), 224).max() == 0


def test_the_mini_clip_sees_a_picture_up_to_its_edges():
    seen = mini_square(striped(320, 240, 20))
    assert seen.shape == (MINI_SIDE, MINI_SIDE, 3)
    assert seen[:, :10].min() > 245 and seen[:, -10:].min() > 245
    assert seen[:, 16:-16].max() < 10


def test_a_picture_of_the_right_size_stays_as_it_is():
    picture = np.random.default_rng(0).integers(0, 256, (MINI_SIDE, MINI_SIDE, 3), np.uint8)
    assert np.array_equal(mini_square(picture), picture)
    assert np.array_equal(square(picture, MINI_SIDE), picture)
