import pytest

from sfbench.leaderboard.report import Report, report
from sfbench.leaderboard.runs import read_runs
from tests.leaderboard.world import World, made_up_differences, make_world


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> World:
    return make_world(tmp_path_factory.mktemp("world"), clips=4, seconds=2.0)


@pytest.fixture(scope="session")
def written(world, tmp_path_factory) -> Report:
    """The report of the made-up world, in every format, with every clip."""
    return report(
        read_runs([world.runs]),
        tmp_path_factory.mktemp("report"),
        differences=made_up_differences(),
    )
