"""What a reader of a table should know, in sentences; every format shows the same ones."""

from sfbench.leaderboard.board import Table
from sfbench.leaderboard.pairs import SIGNIFICANT, answers_of, pairs_of
from sfbench.leaderboard.wording import MARK, name, number, short, standing

FAILURES = 10
"""So many failures of a system are listed one by one."""


def caption(table: Table) -> str:
    """Return what the rows were measured on and how they are sorted."""
    sure = " and every difference from another is more than chance" if table.differences else ""
    order = f"Sorted by {table.order}." if table.order else "Sorted by name."
    return (
        f"{basis(table)} Manifest {short(table.dataset.manifest_sha256)}, "
        f"protocol {short(table.protocol.sha256)}. {order} "
        "Brackets hold 95 % intervals; the best value is bold only where its interval lies apart "
        f"from all others{sure}."
    )


def basis(table: Table) -> str:
    """Return on how many clips the rows rest, how many were left out, and why."""
    row = table.basis
    asked, scored = row.result.dataset.n, row.scored
    others = [other for other in table.rows if other.result.scored != row.result.scored]
    who = "All ranked rows rest" if others else "All rows rest"
    if not row.result.scored:
        return f"{scored} of {asked} clips were scored; which ones is not recorded."
    if scored == asked:
        first = f"{who} on the same {asked} clips."
    else:
        first = f"{who} on the same {scored} of {asked} clips. {_why_left_out(table)}"
    rest = [f"{name(other, table)} rests on {other.scored}." for other in others]
    return " ".join([first, *rest])


def _why_left_out(table: Table) -> str:
    counts: dict[str, int] = {}
    for systems in left_out(table).values():
        for system in systems:
            counts[system] = counts.get(system, 0) + 1
    listed = ", ".join(f"{system} on {count}" for system, count in counts.items())
    count = table.basis.result.dataset.n - table.basis.scored
    which = f" ({listed})" if listed else ""
    them = "it" if count == 1 else "them"
    return f"{_clips(count)} left out because a system failed on {them}{which}."


def _clips(count: int) -> str:
    return "1 clip was" if count == 1 else f"{count} clips were"


def left_out(table: Table) -> dict[str, list[str]]:
    """Return the clips behind no ranked row by id, each with the systems that failed on it.

    A clip with no system was left out because of one that stands in no row here.
    """
    row = table.basis
    ids = {failure.id for failure in row.result.failures} | set(row.result.left_out)
    return {
        identity: [
            name(other, table)
            for other in table.rows
            if any(failure.id == identity for failure in other.result.failures)
        ]
        for identity in sorted(ids)
    }


def standings(table: Table) -> list[str]:
    """Return a sentence for every system that is not ranked."""
    return [f"{name(row, table)} is {standing(row)}" for row in table.rows if standing(row)]


def warnings(table: Table) -> list[str]:
    """Return a sentence for every warning at a number, once for all systems that share it."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=True):
            for warning in cell.warnings:
                found.setdefault((column.metric, warning), []).append(name(row, table))
    return [
        f"{MARK} {metric}{_of_whom(systems, len(table.rows))}: {warning}"
        for (metric, warning), systems in found.items()
    ]


def _of_whom(systems: list[str], all_of_them: int) -> str:
    return "" if len(systems) == all_of_them else f" ({', '.join(systems)})"


def undecided(table: Table) -> list[str]:
    """Return a sentence for every metric with systems that too few clips tell apart."""
    apart: dict[str, list[str]] = {}
    for pair in pairs_of(table):
        both = f"{name(pair.first, table)} from {name(pair.second, table)}"
        for answer in filter(None, pair.answers):
            if answer.better is not None and not answer.significant:
                apart.setdefault(answer.column.metric, []).append(both)
    return [
        f"{metric}: {table.basis.scored} clips are too few to tell {', '.join(pairs)}"
        for metric, pairs in apart.items()
    ]


def unranked(table: Table) -> list[str]:
    """Return a sentence for every metric whose signatures differ."""
    sentences = []
    for column in table.columns:
        if column.letters:
            listed = ", ".join(f"{letter} = {name}" for name, letter in column.letters.items())
            sentences.append(f"{column.metric} is not ranked, its signatures differ: {listed}")
    return sentences


def missing(table: Table) -> list[str]:
    """Return a sentence for every number and every interval that is not there."""
    return [
        f"{name(row, table)}, {column.metric}: {cell.reason}"
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=True)
        if cell.reason
    ]


def floors(table: Table) -> list[str]:
    """Return a sentence for every metric whose bias at this number of clips is known."""
    return [
        f"{column.metric}: two samples of the same truth score "
        f"{number(column.floor, column.decimals)} at this number of clips"
        for column in table.columns
        if column.floor is not None
    ]


def notes(table: Table) -> list[str]:
    """Return the sentences that the results brought along."""
    return [f"{name(row, table)}: {note}" for row in table.rows for note in row.result.notes]


def failures(table: Table) -> list[str]:
    """Return a sentence for every clip that failed; only a count for what is past the tenth."""
    sentences = []
    for row in table.rows:
        failed = row.result.failures
        who = name(row, table)
        sentences += [f"{who} failed on {one.id}: {one.reason}" for one in failed[:FAILURES]]
        if len(failed) > FAILURES:
            sentences.append(f"{who} failed on {len(failed) - FAILURES} more clips")
    return sentences


def remarks(table: Table) -> list[str]:
    """Return everything that a reader of a table should know, one sentence each."""
    why = [table.why] if table.why else []
    parts = (
        standings(table),
        warnings(table),
        undecided(table),
        unranked(table),
        missing(table),
        floors(table),
        notes(table),
        failures(table),
    )
    return [*why, *(sentence for part in parts for sentence in part)]


def answered(table: Table) -> str:
    """Return how many of a table's questions found more than chance."""
    answers = answers_of(table)
    count = sum(answer.significant for answer in answers)
    return f"{count} of {len(answers)} differences are more than chance"


def how_compared() -> str:
    """Return how to read the differences."""
    return (
        "Paired permutation over clips, Holm-corrected over all questions of this table. "
        "◀: the first system is better, ▶: the second; the number is the corrected p, marked * "
        f"below {SIGNIFICANT}."
    )
