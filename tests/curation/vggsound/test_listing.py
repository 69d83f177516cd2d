import pytest
from hypothesis import given
from hypothesis import strategies as some

from sfbench.curation.vggsound import listing as lists
from sfbench.curation.vggsound.listing import Row, join, joint_name, read_list, rows_sha256
from sfbench.curation.vggsound.names import clip_id, id_of
from sfbench.curation.vggsound.vggsounder import installed_table, read_tags
from sfbench.errors import SfbenchError

# Ids that begin with - and _, one video with several starts, labels with commas and brackets.
FULL = (
    '--0PQM4-hqg,30,"railroad car, train wagon",train\n'
    '-0SIsA5l5Eg,0,"engine accelerating, revving, vroom",test\n'
    "_aZ09-_zzzz,123,police car (siren),train\n"
    "_aZ09-_zzzz,500,eletric blender running,train\n"
)
ROWS = [
    Row("--0PQM4-hqg_000030", "railroad car, train wagon", "train"),
    Row("-0SIsA5l5Eg_000000", "engine accelerating, revving, vroom", "test"),
    Row("_aZ09-_zzzz_000123", "police car (siren)", "train"),
    Row("_aZ09-_zzzz_000500", "eletric blender running", "train"),
]

ids = some.text("ABCxyz019-_", min_size=11, max_size=11)


def written(folder, text, name="list.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "variant",
    [
        FULL,
        FULL.replace("\n", "\r\n"),
        FULL.rstrip("\n"),
        "\ufeff" + FULL,
        "youtube_id,start_seconds,label,split\n" + FULL,
        FULL.replace('"', ""),
        FULL.replace("30,", "30.0,", 1),
        FULL.replace("\n", "\n\n"),
    ],
    ids=["unix", "dos", "no last line end", "mark", "header", "no quotes", "30.0", "empty lines"],
)
def test_every_byte_variant_of_the_full_list_says_the_same(tmp_path, variant):
    rows, listing = read_list(written(tmp_path, variant))
    assert rows == ROWS
    assert (listing.rows, listing.train, listing.test) == (4, 3, 1)
    assert (listing.name, listing.match) == ("unpublished", "none")
    assert rows_sha256(join([rows])) == rows_sha256(join([ROWS]))


def test_a_row_knows_its_video_and_start():
    assert (ROWS[2].youtube, ROWS[2].start) == ("_aZ09-_zzzz", 123)


def test_lists_of_file_names_take_the_split_from_their_own_name(tmp_path):
    text = '--0PQM4-hqg_000030.mp4,"railroad car, train wagon"\r\n'
    assert read_list(written(tmp_path, text, "train.csv"))[0] == ROWS[:1]
    assert read_list(written(tmp_path, text, "test.csv"))[0][0].split == "test"
    with pytest.raises(SfbenchError, match="line 1: no split is named"):
        read_list(written(tmp_path, text, "clips.csv"))


def test_tabs_separate_too(tmp_path):
    text = "id\tlabel\n--0PQM4-hqg_000030\trailroad car, train wagon\n"
    assert read_list(written(tmp_path, text, "vgg-train.tsv"))[0] == ROWS[:1]


@pytest.mark.parametrize(
    "line, complaint",
    [
        ("tooshort,30,airplane,train", "line 5: 'tooshort"),
        ("--0PQM4-hqg,soon,airplane,train", "line 5.*is not id,start,label,split"),
        ("--0PQM4-hqg,-3,airplane,train", "line 5.*is not id,start,label,split"),
        ("--0PQM4-hqg,30,,train", "line 5.*is not id,start,label,split"),
        ("--0PQM4-hqg,30,airplane,dev", "line 5: split 'dev'"),
        ("--0PQM4-hqg,30,airp", "line 5.*is not id,start,label,split"),
        ("../../../etc,30,airplane,train", "line 5"),
    ],
)
def test_a_line_that_names_no_clip_is_named(tmp_path, line, complaint):
    with pytest.raises(SfbenchError, match=complaint):
        read_list(written(tmp_path, FULL + line))


@pytest.mark.parametrize("line", ["toolong_id__,30,airplane,train", "x_30.mp4,airplane"])
def test_a_damaged_first_line_is_not_taken_for_a_header(tmp_path, line):
    with pytest.raises(SfbenchError, match="line 1"):
        read_list(written(tmp_path, f"{line}\n{FULL}", "train.csv"))


@pytest.mark.parametrize("data", [b"", b"id,start,label,split\n", b"\xff\xfe\x00\x01", None])
def test_a_file_that_is_no_list_says_so(tmp_path, data):
    path = tmp_path / "none.csv" if data is None else written(tmp_path, data)
    with pytest.raises(SfbenchError, match=path.name):
        read_list(path)


def test_repeated_clips_count_once_and_contradictions_are_counted(tmp_path):
    again = "--0PQM4-hqg,30,airplane,train\n_aZ09-_zzzz,500,eletric blender running,train\n"
    rows, listing = read_list(written(tmp_path, FULL + again))
    assert rows == ROWS
    assert (listing.rows, listing.repeated, listing.contradicting) == (6, 2, 1)


def test_a_published_list_is_recognised_by_its_bytes_whatever_the_line_ends(tmp_path, monkeypatch):
    dos = FULL.replace("\n", "\r\n").encode()
    # As `git hash-object` says of these bytes.
    assert lists._git_blob(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
    monkeypatch.setattr(lists, "_BLOBS", {lists._git_blob(dos): "vggsound.csv"})
    exact = read_list(written(tmp_path, dos))[1]
    other = read_list(written(tmp_path, FULL))[1]
    assert (exact.name, exact.match) == ("vggsound.csv", "bytes")
    assert (other.name, other.match) == ("vggsound.csv", "bytes but for line ends")
    assert exact.sha256 != other.sha256


def test_a_published_list_in_other_bytes_is_recognised_by_its_rows(tmp_path, monkeypatch):
    monkeypatch.setitem(lists.PUBLISHED, (3, 1), "vggsound.csv")
    listing = read_list(written(tmp_path, FULL))[1]
    assert (listing.name, listing.match) == ("vggsound.csv", "rows")
    assert "list vggsound.csv: 4 rows" in str(listing)


def test_train_and_test_together_bear_the_name_of_the_third_size(tmp_path, monkeypatch):
    monkeypatch.setitem(lists.PUBLISHED, (3, 1), "train.csv + test.csv")
    lines = FULL.splitlines(keepends=True)
    train = read_list(written(tmp_path, lines[0] + lines[2] + lines[3], "a.csv"))
    test = read_list(written(tmp_path, lines[1], "b.csv"))
    assert joint_name([train[1], test[1]]) == "train.csv + test.csv"
    assert joint_name([train[1]]) == "unpublished"
    assert join([train[0], test[0]]) == ROWS


def test_where_lists_disagree_the_first_counts():
    other = [Row(ROWS[0].id, "airplane", "test")]
    assert join([ROWS, other]) == ROWS
    assert join([other, ROWS])[0] == other[0]


@given(ids, some.integers(0, 99_999))
def test_a_clip_is_known_by_each_of_the_three_names(youtube, start):
    key = clip_id(youtube, start)
    assert id_of(f"{key}.mp4") == id_of(f"deep/in/{youtube}_{start}.mp4") == key
    assert id_of(f"{youtube}_{start * 1000}_{start * 1000 + 10_000}.mp4") == key
    assert id_of(key) == key


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x.mp4",
        "--0PQM4-hqg.mp4",
        "._--0PQM4-hqg_000030.mp4",
        "--0PQM4-hqg_30_x.mp4",
        "--0PQM4-hqg_30000_41000.mp4",
        "--0PQM4-hqg_30500_40500.mp4",
        "--0PQM4-hqg_000030.wav",
    ],
)
def test_other_names_are_no_clips(name):
    assert id_of(name) is None


VGGSOUNDER = (
    "video_id,label,modality,background_music,static_image,voice_over\n"
    '--0PQM4-hqg_000030,"male speech, man speaking",AV,False,False,True\n'
    "--0PQM4-hqg_000030,train horning,A,False,False,True\n"
    '--0PQM4-hqg_000030,"railroad car, train wagon",AV,False,False,True\n'
    "-0SIsA5l5Eg_000000,playing piano,V,True,True,False\n"
)


def test_vggsounders_table_is_a_list_of_the_test_split(tmp_path):
    rows, listing = read_list(written(tmp_path, VGGSOUNDER))
    assert rows == [
        Row("--0PQM4-hqg_000030", "railroad car, train wagon", "test"),
        Row("-0SIsA5l5Eg_000000", "playing piano", "test"),
    ]
    assert (listing.match, listing.test) == ("columns", 2)


def test_tags_say_what_is_heard_and_seen(tmp_path):
    tags = read_tags(written(tmp_path, VGGSOUNDER))
    train, piano = tags["--0PQM4-hqg_000030"], tags["-0SIsA5l5Eg_000000"]
    assert train.audible(["train horning"])
    assert not train.visible(["train horning"])
    assert train.visible(["train horning", "railroad car, train wagon"])
    assert not piano.audible(["playing piano"])
    assert (train.voice_over, train.background_music, train.static_image) == (True, False, False)
    assert (piano.voice_over, piano.background_music, piano.static_image) == (False, True, True)


def test_a_damaged_table_of_vggsounder_names_the_line(tmp_path):
    with pytest.raises(SfbenchError, match="line 6"):
        read_list(written(tmp_path, VGGSOUNDER + "cut off,airp"))


def test_the_installed_package_holds_the_15069_test_clips():
    rows, listing = read_list(installed_table())
    assert listing.rows == len(rows) == 15_069
    assert listing.name.startswith("VGGSounder 1.")
    tags = read_tags(installed_table()).values()
    assert sum(len(one.modalities) for one in tags) == 37_395
    assert [sum(one.background_music for one in tags), sum(one.voice_over for one in tags)] == [
        3_055,
        2_985,
    ]
