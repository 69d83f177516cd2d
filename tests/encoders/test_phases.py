import numpy as np
import torch

from sfbench.encoders.phases import nonnegative_near, nonnegative_solution


def test_least_squares_without_a_negative_answer_are_scipys():
    from scipy.optimize import nnls

    rng = np.random.default_rng(1)
    matrix, target = rng.normal(size=(12, 8)), rng.normal(size=(12, 3))
    mine = nonnegative_solution(
        torch.from_numpy(matrix), torch.from_numpy(target)[None], rounds=2000
    )[0].numpy()
    theirs = np.stack([nnls(matrix, column)[0] for column in target.T], 1)
    assert np.allclose(mine, theirs, atol=1e-8)
    assert (theirs == 0).any()


def test_a_near_answer_fits_and_keeps_the_proportions_within_a_band():
    begin = torch.tensor([[1.0], [3.0], [2.0], [5.0]])
    bands = torch.tensor([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.5, 0.0]])  # nothing sees the last
    near = nonnegative_near(begin, bands, torch.tensor([[[8.0], [3.0]]]), rounds=1)
    torch.testing.assert_close(near, torch.tensor([[[2.0], [6.0], [6.0], [0.0]]]))


def test_the_nearest_answer_has_the_least_divergence():
    from scipy.optimize import minimize

    rng = np.random.default_rng(2)
    matrix, target = rng.random((6, 4)), rng.random(6) + 0.1

    def divergence(x):
        return (matrix @ x - target * np.log(matrix @ x)).sum()

    theirs = minimize(divergence, np.ones(4), bounds=[(1e-9, None)] * 4, tol=1e-14).fun
    asked = torch.from_numpy(target)[None, :, None]
    begin = torch.ones(4, 1, dtype=torch.float64)
    mine = nonnegative_near(begin, torch.from_numpy(matrix), asked, rounds=5000)
    assert divergence(mine[0, :, 0].numpy()) <= theirs + 1e-9
