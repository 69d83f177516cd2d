import subprocess

import av
import numpy as np
import pytest

from sfbench.curation.acquire.cut import Stream, cut, cut_command, ffmpeg_exe
from sfbench.curation.acquire.guard import Door, Guard
from sfbench.errors import ClipError
from sfbench.media.write import write_mp4
from tests.curation.acquire.loopback import serving

FPS = 25
RATE = 16_000
SECONDS = 12
CLICK = 5.0  # seconds at which the only sound begins
BITS = 10


def numbered(index):
    """Return a picture that shows its number in ten white or black bars."""
    picture = np.full((64, 8 * BITS, 3), 20, np.uint8)
    for bit in range(BITS):
        if index >> bit & 1:
            picture[:, 8 * bit : 8 * bit + 8] = 235
    return picture


def number(frame):
    grey = frame.to_ndarray(format="gray")
    return sum(1 << bit for bit in range(BITS) if grey[32, 8 * bit + 4] > 128)


@pytest.fixture(scope="module")
def sparse(tmp_path_factory):
    """Bytes of a video with one key frame, of its pictures alone and of its sound alone."""
    folder = tmp_path_factory.mktemp("sparse")
    sound = np.zeros(SECONDS * RATE, np.float32)
    rest = np.arange(len(sound) - round(CLICK * RATE)) / RATE
    sound[round(CLICK * RATE) :] = 0.5 * np.sin(2 * np.pi * 440 * rest)
    write_mp4(folder / "dense.mp4", map(numbered, range(SECONDS * FPS)), FPS, sound, RATE)
    rare = ["-g", "9999", "-keyint_min", "9999", "-sc_threshold", "0", "-pix_fmt", "yuv420p"]
    for name, words in {
        "whole": ["-c:v", "libx264", *rare, "-c:a", "copy"],
        "pictures": ["-c:v", "libx264", *rare, "-an"],
        "sound": ["-vn", "-c:a", "copy"],
    }.items():
        command = [ffmpeg_exe(), "-v", "error", "-i", folder / "dense.mp4", *words]
        subprocess.run([*command, folder / f"{name}.mp4"], check=True)
    return {name: (folder / f"{name}.mp4").read_bytes() for name in ("whole", "pictures", "sound")}


@pytest.fixture(scope="module")
def server(sparse):
    with serving() as one:
        one.files.update(sparse)
        yield one


def made(server, start, streams, path, seconds=3.0):
    with Guard(Door(hosts=("127.0.0.1",), loopback=True)) as guard:
        cut(streams, start, seconds, path, proxy=guard.address, silence=5.0, patience=60.0)
    return path


def whole(server):
    return [Stream(server.site.page.format("whole"), "va")]


def parts(server):
    pictures, sound = (server.site.page.format(name) for name in ("pictures", "sound"))
    return [Stream(pictures, "v"), Stream(sound, "a")]


def test_the_film_has_one_key_frame(sparse, tmp_path):
    (tmp_path / "whole.mp4").write_bytes(sparse["whole"])
    with av.open(tmp_path / "whole.mp4") as container:
        keys = [packet.pts for packet in container.demux(video=0) if packet.is_keyframe]
    assert keys == [0]


@pytest.mark.parametrize("streams", [whole, parts])
@pytest.mark.parametrize("start", [0.0, 2.0, 3.7, 4.99, 7.3])
def test_a_cut_begins_with_the_first_picture_that_is_not_earlier(server, tmp_path, start, streams):
    path = made(server, start, streams(server), tmp_path / "cut.mp4")
    with av.open(path) as container:
        frames = list(container.decode(video=0))
    first = number(frames[0])
    assert 0 <= first / FPS - start < 1 / FPS
    assert [number(frame) for frame in frames] == list(range(first, first + len(frames)))
    assert len(frames) == 3 * FPS
    times = [frame.time + start for frame in frames]
    assert times == pytest.approx([number(frame) / FPS for frame in frames], abs=0.002)


@pytest.mark.parametrize("streams", [whole, parts])
def test_sound_and_picture_stay_together(server, tmp_path, streams):
    start = 3.71
    path = made(server, start, streams(server), tmp_path / "cut.mp4")
    with av.open(path) as container:
        begin = float(container.streams.audio[0].start_time * container.streams.audio[0].time_base)
        blocks = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    heard = np.abs(np.concatenate(blocks))
    onset = np.argmax(heard > 0.25) / RATE + begin + start
    assert onset == pytest.approx(CLICK, abs=0.01)


def test_odd_sides_are_made_even(server, tmp_path):
    size = ["-f", "lavfi", "-i", "testsrc=s=65x49:d=2:r=10", "-f", "lavfi", "-i", "sine=d=2"]
    command = [ffmpeg_exe(), "-v", "error", *size, "-c:v", "ffv1", "-c:a", "flac"]
    subprocess.run([*command, tmp_path / "odd.mkv"], check=True)
    server.files["odd"] = (tmp_path / "odd.mkv").read_bytes()
    stream = Stream(server.site.page.format("odd"), "va")
    with av.open(made(server, 0.5, [stream], tmp_path / "cut.mp4", 1.0)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (64, 48)


def test_a_command_is_a_list_of_words_and_its_addresses_are_no_options(tmp_path):
    headers = {"User-Agent": "x", "Evil": "a\r\nRange: bytes=0-", "Range": "bytes=5-"}
    stream = Stream("https://a.googlevideo.com/v?a=1&b=$(id)", "va", headers)
    target = tmp_path / "-rf x.mp4"
    command = cut_command([stream], 30.0, 10.0, target, proxy="http://127.0.0.1:1", silence=5.0)
    assert all(isinstance(word, str) for word in command)
    assert "https://a.googlevideo.com/v?a=1&b=$(id)" in command
    assert command[command.index("-headers") + 1] == "User-Agent: x\r\n"
    assert command[command.index("-tls_verify") + 1] == "1"
    assert f"file:{target}" in command


@pytest.mark.parametrize("url", ["file:///etc/passwd", "concat:a|b", "-i", "pipe:0", "ftp://a/b"])
def test_only_http_is_read(url, tmp_path):
    with pytest.raises(ClipError, match="unsafe-address"):
        cut_command([Stream(url, "va")], 0, 1, tmp_path / "x.mp4", proxy="http://x", silence=1.0)


def test_a_playlist_cannot_name_files_of_this_machine(server, tmp_path, sparse):
    (tmp_path / "secret.mp4").write_bytes(sparse["whole"])
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{tmp_path}/secret.mp4\n#EXT-X-ENDLIST\n"
    server.files["list"] = playlist.encode()
    stream = Stream(server.site.page.format("list").replace(".mp4", ".m3u8"), "va")
    with pytest.raises(ClipError):
        made(server, 0.0, [stream], tmp_path / "cut.mp4")
    assert not (tmp_path / "cut.mp4").exists()
