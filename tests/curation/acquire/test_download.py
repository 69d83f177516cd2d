import dataclasses
import json
import pickle
import time

import numpy as np
import pytest

from sfbench.curation.acquire.download import YOUTUBE, bytes_of, open_download
from sfbench.curation.curate import curate
from sfbench.curation.how import How
from sfbench.curation.recipe import read_recipe
from sfbench.curation.vggsound.source import open_vggsound
from sfbench.errors import ClipError, SfbenchError
from sfbench.manifest import read_manifest
from sfbench.media.read import read_media
from sfbench.media.write import write_mp4
from tests.conftest import RATE, moving_pictures, swelling_tone, write_clip
from tests.curation.acquire.loopback import serving

VIDEO = "-film0000_1"


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Bytes of a healthy video of 7 s."""
    return write_clip(tmp_path_factory.mktemp("film") / "film.mp4", 300.0, 7.0).read_bytes()


@pytest.fixture
def server(film):
    with serving() as one:
        one.files[VIDEO] = film
        yield one


def failure_of(download, target, start=1.0):
    with pytest.raises(ClipError) as caught:
        download.bring(VIDEO, start, 5.0, target)
    assert list(target.parent.iterdir()) == [], "nothing is left of what failed"
    return caught.value.reason


def test_a_section_is_brought(server, tmp_path):
    target = tmp_path / "-out:1.mp4"
    server.download().bring(VIDEO, 1.0, 5.0, target)
    media = read_media(target, rates=(RATE,), fps=8.0)
    assert media.seconds == pytest.approx(5.0, abs=0.15)
    assert media.has_sound and len(media.frames) == 40
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    "rule, code, retryable",
    [
        ("404", "gone", True),
        ("media-404", "gone", True),
        ("403", "network", True),
        ("media-403", "network", True),
        ("429", "rate-limited", True),
        ("media-429", "rate-limited", True),
        ("media-503", "network", True),
        ("media-hang", "network", True),
        ("media-torn", "network", True),
        ("page", "no-formats", True),
        ("to http://10.0.0.1/film.mp4", "unsafe-address", False),
        ("media-to http://10.0.0.1/film.mp4", "unsafe-address", False),
        ("media-to http://169.254.169.254/latest/meta-data/", "unsafe-address", False),
        ("media-to file:///etc/passwd", "unsafe-address", False),
        ("endless", "too-large", False),
        ("media-endless", "too-large", False),
    ],
)
def test_every_way_to_misbehave_has_a_code(server, tmp_path, rule, code, retryable):
    server.rules[VIDEO] = rule
    reason = failure_of(server.download(most=2 << 20, silence=1.0), tmp_path / "out.mp4")
    assert (reason.code, reason.retryable, reason.step) == (code, retryable, "media"), reason


def test_a_page_that_hangs_is_a_broken_network(server, tmp_path):
    server.rules[VIDEO] = "hang"
    began = time.monotonic()
    reason = failure_of(server.download(silence=0.5, seconds=4.0), tmp_path / "out.mp4")
    assert reason.code == "network"
    assert time.monotonic() - began < 15


def test_a_transfer_that_takes_too_long_is_ended(server, tmp_path):
    slow = server.download(rate=5_000.0, seconds=2.0)
    began = time.monotonic()
    assert failure_of(slow, tmp_path / "out.mp4").code == "network"
    assert time.monotonic() - began < 15


def test_a_broken_network_is_tried_again(server, tmp_path):
    server.rules[VIDEO] = "media-503"
    reason = failure_of(server.download(retries=1), tmp_path / "out.mp4")
    assert reason.code == "network"
    assert server.asked.count(VIDEO) >= 4


def test_a_host_that_cannot_be_reached_is_named_so(server, tmp_path):
    download = server.download(proxy="http://127.0.0.1:9")
    reason = failure_of(download, tmp_path / "out.mp4")
    assert reason.code == "network"
    assert "a host cannot be reached: " in reason.detail


def test_a_redirect_to_an_allowed_host_is_followed(server, film, tmp_path):
    server.files["elsewhere"] = film
    server.rules[VIDEO] = "media-to /elsewhere.mp4"
    server.download().bring(VIDEO, 1.0, 5.0, tmp_path / "out.mp4")
    assert "elsewhere" in server.asked


def test_a_host_that_is_not_listed_is_refused(server, tmp_path):
    foreign = dataclasses.replace(server.site, hosts=("example.org",))
    download = dataclasses.replace(server.download(), site=foreign)
    assert failure_of(download, tmp_path / "out.mp4").code == "unsafe-address"
    assert server.asked == []


def test_loopback_is_refused_unless_the_site_allows_it(server, tmp_path):
    closed = dataclasses.replace(server.site, loopback=False)
    download = dataclasses.replace(server.download(), site=closed)
    assert failure_of(download, tmp_path / "out.mp4").code == "unsafe-address"
    assert server.asked == []
    assert YOUTUBE.loopback is False


def test_variables_of_the_environment_lead_nobody_past_the_guard(server, tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.rules[VIDEO] = "media-to http://10.0.0.1/film.mp4"
    assert failure_of(server.download(), tmp_path / "out.mp4").code == "unsafe-address"


def test_what_is_no_clip_says_what_it_lacks(server, tmp_path):
    tone, pictures = swelling_tone(7.0, 300.0), moving_pictures(7.0)
    write_mp4(tmp_path / "mute.mp4", pictures, 8, None, RATE)
    faults = {
        "no-audio": (tmp_path / "mute.mp4").read_bytes(),
        "decode-error": np.random.default_rng(0).bytes(5000),
        "no-video": sound_alone(tmp_path / "sound.mp4", tone),
    }
    (tmp_path / "out").mkdir()
    for code, data in faults.items():
        server.files[VIDEO] = data
        reason = failure_of(server.download(), tmp_path / "out" / "out.mp4")
        assert (reason.code, reason.retryable) == (code, False)


def sound_alone(path, tone):
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.read_bytes()


@pytest.mark.parametrize("start", [5.0, 60.0])
def test_a_section_at_or_past_the_end_is_too_short(server, tmp_path, start):
    assert failure_of(server.download(), tmp_path / "out.mp4", start).code == "too-short"


@pytest.mark.parametrize("name", ["../../etc", "a/b", "", "x?y=1", "a b"])
def test_a_name_that_is_none_is_a_mistake_in_the_code(server, tmp_path, name):
    with pytest.raises(ValueError, match="no name of a video"):
        server.download().bring(name, 0.0, 5.0, tmp_path / "out.mp4")


def test_a_download_can_be_sent_to_a_worker(server):
    assert pickle.loads(pickle.dumps(server.download())) == server.download()


LIST = "".join(f"{name},1,helicopter,test\n" for name in ("a-film00001", "b-film00002"))
LIST += "-c-film0003,1,helicopter,test\nd-film00004,1,helicopter,train\n"
IDS = ["-c-film0003_000001", "a-film00001_000001", "b-film00002_000001", "d-film00004_000001"]


@pytest.fixture
def source(server, tmp_path):
    (tmp_path / "list.csv").write_text(LIST)
    for index, key in enumerate(IDS):
        path = write_clip(tmp_path / "one.mp4", 300.0 + 50 * index, 7.0)
        server.files[key[:11]] = path.read_bytes()
    listed = open_vggsound("", None, metadata=[str(tmp_path / "list.csv")])
    return dataclasses.replace(listed, download=server.download())


def rejected(folder):
    rows = map(json.loads, (folder / "rejected.jsonl").read_text().splitlines())
    return {row["id"]: row["reason"]["code"] for row in rows}


def test_a_wall_stops_a_curation_and_what_is_done_stays(source, server, tmp_path):
    recipe, out = read_recipe("basic"), tmp_path / "d"
    server.rules |= {"b-film00002": "429", "d-film00004": "429"}
    with pytest.raises(SfbenchError, match=r"2 of 4 clips were looked at.*--proxy URL") as caught:
        curate(recipe, source, out, how=How(workers=1))
    assert str(caught.value).count("\n") == 0
    assert not (out / "dataset.json").exists()
    journal = (out / "journal.jsonl").read_bytes()
    assert b"rate-limited" not in journal
    server.rules.clear()
    server.asked.clear()
    curate(recipe, source, out, how=How(workers=1))
    assert [clip.id for clip in read_manifest(out).clips] == IDS
    assert {*server.asked} == {"b-film00002", "d-film00004"}, "nothing is brought twice"
    assert (out / "journal.jsonl").read_bytes().startswith(journal)


def test_what_is_final_is_tried_again_only_when_asked(source, server, tmp_path):
    recipe, out = read_recipe("basic"), tmp_path / "d"
    whole = server.files["b-film00002"]
    server.files["b-film00002"] = b"no film at all"
    server.rules["a-film00001"] = "503"
    curate(recipe, source, out, how=How(workers=2))
    assert rejected(out) == {IDS[1]: "network", IDS[2]: "decode-error"}
    server.files["b-film00002"] = whole
    server.rules.clear()
    curate(recipe, source, out, how=How(workers=2))
    assert rejected(out) == {IDS[2]: "decode-error"}
    curate(recipe, source, out, how=How(workers=2, retry_failed=True))
    assert [clip.id for clip in read_manifest(out).clips] == IDS


def test_folders_come_first_and_the_download_last(source, server, tmp_path):
    (tmp_path / "media").mkdir()
    for key in IDS[1:]:
        (tmp_path / "media" / f"{key}.mp4").write_bytes(server.files[key[:11]])
    both = dataclasses.replace(source, media=(tmp_path / "media",))
    curate(read_recipe("basic"), both, tmp_path / "d", how=How(workers=2))
    assert len(read_manifest(tmp_path / "d").clips) == 4
    assert {*server.asked} == {"-c-film0003"}


def test_nothing_is_downloaded_unless_asked(tmp_path):
    (tmp_path / "list.csv").write_text(LIST)
    listed = open_vggsound("", None, metadata=[str(tmp_path / "list.csv")])
    assert listed.download is None
    assert all(one.missing for one in listed.candidates())


@pytest.mark.parametrize(
    "options, complaint",
    [
        ({"cookies": "nowhere.txt"}, "add --download"),
        ({"sleep": 1.0}, "--sleep is for downloads"),
        ({"download": True, "offline": True}, "leave out --download"),
        ({"download": True, "rate": "fast"}, "--rate 500K"),
        ({"download": True, "rate": "0"}, "--rate 500K"),
        ({"download": True, "proxy": "socks5://localhost:1"}, "http://"),
        ({"download": True, "proxy": "localhost:8080"}, "http://"),
    ],
)
def test_wrong_options_say_what_to_type(tmp_path, options, complaint):
    (tmp_path / "list.csv").write_text(LIST)
    with pytest.raises(SfbenchError, match=complaint):
        open_vggsound("", None, metadata=[str(tmp_path / "list.csv")], **options)


def test_cookies_are_checked_before_anything_begins(tmp_path):
    path = tmp_path / "cookies.txt"
    with pytest.raises(SfbenchError, match="cannot be read"):
        open_download(cookies=path)
    path.write_text('{"cookies": []}')
    with pytest.raises(SfbenchError, match="holds no cookies"):
        open_download(cookies=path)
    path.write_text(
        "# Netscape HTTP Cookie File\n#HttpOnly_.youtube.com\tTRUE\t/\tTRUE\t0\tPREF\tx\n"
    )
    assert open_download(cookies=path).cookies == path


def test_cookies_are_sent_and_their_file_is_left_alone(server, tmp_path, monkeypatch):
    from tests.curation.acquire.loopback import Handler

    sent = []
    serve = Handler.do_GET
    monkeypatch.setattr(
        Handler, "do_GET", lambda self: (sent.append(self.headers.get("Cookie")), serve(self))
    )
    path = tmp_path / "cookies.txt"
    path.write_text("# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tkey\tword\n")
    before = path.read_bytes()
    (tmp_path / "out").mkdir()
    download = server.download(cookies=path)
    download.bring(VIDEO, 1.0, 5.0, tmp_path / "out" / "out.mp4")
    assert "key=word" in sent
    assert path.read_bytes() == before


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr("sfbench.curation.acquire.download.find_spec", lambda _: None)
    with pytest.raises(SfbenchError, match=r"yt-dlp.*pip install 'sfbench\[vggsound\]'"):
        open_download()


def test_a_rate_is_read_in_bytes():
    assert [bytes_of(text) for text in ("500", "500K", "1.5m")] == [500, 512_000, 1_572_864]
