"""Prints what becomes of every failure on Ray, as JSON."""

import json

from sfbench.executor import Outcome, Stage
from sfbench.executor.ray import Ray
from tests.ground.works import GIB, fail


def told(outcome: Outcome[object, str]) -> str | None:
    return outcome.reason.code if outcome.reason else outcome.value


def main() -> None:
    items = ["bug", "segfault", "hang", "memory", "clip", "fine", lambda: "unsendable"]
    outcomes = Stage("stage", fail, seconds=3.0, memory=2 * GIB).run(items, 2, engine=Ray())
    print(json.dumps([told(outcome) for outcome in outcomes]))


if __name__ == "__main__":
    main()
