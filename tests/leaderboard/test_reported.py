import pytest

from sfbench.errors import SfbenchError
from sfbench.leaderboard.reported import paper_name, read_reported

# Tables I to III of arXiv 2412.18157, line by line as printed.
TABLE_I = """
3.937 2.672 54.400 53.641
1.855 4.032 54.400 52.811
4.844 4.770 52.867 52.779
1.558 2.515 55.124 55.236
1.559 2.498 55.076 55.233
"""
TABLE_II = """
0.25 0.14 8.58 3.18 54.99 21.36
0.25 0.13 8.58 5.62 54.00 29.95
0.58 0.21 28.73 6.39 106.45 34.51
0.18 0.11 5.44 2.54 33.54 18.31
0.18 0.10 5.78 2.26 32.99 13.07
"""
TABLE_III = """
2.44 2.58 4.27
5.89 5.48 5.38
8.42 8.03 6.83
"""


@pytest.fixture
def paper():
    (paper,) = (paper for paper in read_reported() if paper.arxiv == "2412.18157")
    return paper


@pytest.mark.parametrize(("place", "printed"), [(0, TABLE_I), (1, TABLE_II), (2, TABLE_III)])
def test_the_rows_stand_as_the_paper_prints_them(paper, place, printed):
    table = paper.tables[place]
    shown = [
        [f"{v:.{c.decimals}f}" for v, c in zip(row.values, table.columns, strict=True)]
        for row in table.rows
    ]
    assert shown == [line.split() for line in printed.split("\n") if line]


def test_directions_are_the_papers_arrows(paper):
    higher = {
        column.metric: column.higher_is_better for table in paper.tables for column in table.columns
    }
    assert higher == {
        "MKL": False,
        "CLIP score": True,
        "FAD-CLAP": False,
        "FAD-VGGish": False,
        "FAD-PANNs": False,
        "Semantic": True,
        "Temporal": True,
        "Quality": True,
    }


def test_the_count_of_pairs_in_the_notes_is_what_the_tables_give(paper):
    wins = ties = losses = 0
    for table in paper.tables[:2]:
        rows = {row.model: row.values for row in table.rows}
        pairs = zip(
            rows["Smooth-Foley, frame-wise"],
            rows["Smooth-Foley, without frame-wise"],
            table.columns,
            strict=True,
        )
        for with_it, without, column in pairs:
            gain = with_it - without if column.higher_is_better else without - with_it
            wins, ties, losses = wins + (gain > 0), ties + (gain == 0), losses + (gain < 0)
    assert (wins, ties, losses) == (4, 1, 5)
    assert any("win four, tie one and lose five" in note for note in paper.notes)


def test_a_row_with_too_few_values_is_named(tmp_path, paper):
    (tmp_path / "paper.toml").write_text(
        'format = 1\ntitle = "t"\nauthors = []\nyear = 2024\narxiv = "1"\n'
        'url = "https://a.b"\nlicence = ""\n'
        '[[tables]]\nname = "I"\ntitle = ""\nrows = [{ model = "x", values = [] }]\n'
        'columns = [{ metric = "m", higher_is_better = true, decimals = 1 }]\n'
    )
    with pytest.raises(SfbenchError, match="table I, row 'x': 0 values for 1 columns"):
        read_reported(tmp_path)


@pytest.mark.parametrize(
    ("protocol", "metric", "name"),
    [
        ("paper", "fad.panns", "FAD-PANNs"),
        ("paper", "mkl.melception", "MKL"),
        ("paper", "clip_score", "CLIP score 50(1+cos)"),
        ("paper", "continuity.coverage", ""),
        ("basic", "fad.panns", ""),
    ],
)
def test_a_metric_of_the_papers_protocol_has_the_papers_name(paper, protocol, metric, name):
    assert paper_name([paper], protocol, metric) == name


def test_every_name_that_is_mapped_is_a_column_of_the_paper(paper):
    printed = {column.metric for table in paper.tables for column in table.columns}
    assert paper.measured.keys() <= printed
