import pytest

from sfbench.curation.folder import Folder, open_folder
from sfbench.curation.sources import open_source
from sfbench.errors import ClipError, SfbenchError


def filled(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return Folder(folder)


def test_videos_of_sub_folders_are_offered_sorted_by_id(tmp_path):
    source = filled(tmp_path, "b.mp4", "in/a.mkv", "notes.txt", ".hidden.mp4")
    assert [one.id for one in source.candidates()] == ["a", "b"]


def test_names_that_are_no_ids_become_slugs_that_stay_apart(tmp_path):
    source = filled(tmp_path, "my film!.mp4", "my film?.mp4", "x/same.mp4", "y/same.mp4")
    ids = [one.id for one in source.candidates()]
    assert len(set(ids)) == 4
    assert "same" in ids
    assert all(one.startswith(("my-film-", "same")) for one in ids)


def test_metadata_gives_labels_with_commas_starts_and_splits(tmp_path):
    source = filled(tmp_path, "a.mp4")
    (tmp_path / "metadata.csv").write_text(
        'file_name,label,start,split\na.mp4,"railroad car, train wagon",30,train\n'
    )
    (candidate,) = source.candidates()
    assert candidate.label == "railroad car, train wagon"
    assert (candidate.start, candidate.split) == (30.0, "train")


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("name,label\na.mp4,x\n", "file_name"),
        ("file_name,split\na.mp4,validation\n", "line 2: split"),
        ("file_name,start\na.mp4,soon\n", "line 2: start"),
    ],
)
def test_metadata_that_cannot_be_used_names_the_line(tmp_path, text, complaint):
    source = filled(tmp_path, "a.mp4")
    (tmp_path / "metadata.csv").write_text(text)
    with pytest.raises(SfbenchError, match=complaint):
        list(source.candidates())


def test_metadata_that_points_out_of_the_folder_fetches_nothing(tmp_path):
    inside = tmp_path / "inside"
    source = filled(inside, "a.mp4")
    (tmp_path / "secret.mp4").write_bytes(b"s")
    (inside / "metadata.csv").write_text("file_name\n../secret.mp4\n")
    secret = next(one for one in source.candidates() if one.id == "secret")
    with pytest.raises(ClipError, match="leaves the folder"):
        source.fetch(secret, tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


def test_an_empty_or_missing_folder_says_so(tmp_path):
    with pytest.raises(SfbenchError, match="holds no videos"):
        list(Folder(tmp_path).candidates())
    with pytest.raises(SfbenchError, match="there is no folder"):
        open_folder(str(tmp_path / "nowhere"), None)
    with pytest.raises(SfbenchError, match="folder:DIR"):
        open_source("folder")


def test_an_unknown_source_lists_the_known_ones():
    with pytest.raises(SfbenchError, match="choose from folder, simulated"):
        open_source("nosuch")
