"""Models behind a command: what they are given, what they leave, how they misbehave."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sfbench.benchmark_files import benchmark_folder
from sfbench.clip import Clip
from sfbench.errors import SfbenchError
from sfbench.manifest import Manifest
from sfbench.model.chance import clip_seed
from sfbench.model.command import open_command
from sfbench.model.config import GeneratorConfig, read_config
from sfbench.model.generate import generate
from tests.conftest import write_clip

ROOT = Path(__file__).parents[2]
SINGER = str(Path(__file__).with_name("singer.py"))
ONE = [sys.executable, SINGER, "{how}", "{out}", "{out_dir}", "{seed}", "{duration}", "{video}"]
MANY = [sys.executable, SINGER, "many", "{list}", "{out_dir}"]


def config(how="sings", **settings):
    command = [how if part == "{how}" else part for part in ONE]
    settings = {"command": command} | settings
    return GeneratorConfig(1, "singer", "command", "it sings", "CC0-1.0", settings)


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.setenv("SINGER_NOTES", str(tmp_path / "notes"))
    return tmp_path / "notes"


def reasons(run):
    return [take.reason.code if take.reason else None for take in run.takes]


def assert_sung(run, dataset):
    """Hold each take to the noise of its seed, as long as its clip."""
    clips = {clip.id: clip for clip in dataset.clips}
    for take in run.takes:
        samples, rate = soundfile.read(run.folder / take.audio)
        length = round(clips[take.id].seconds * rate)
        expected = np.random.default_rng(clip_seed(take.id, 0)).normal(0, 0.05, length)
        assert rate == 8_000
        assert np.abs(samples - expected).max() < 2**-15  # a step of 16 bits


def test_a_command_is_given_a_clip_and_leaves_its_sound(dataset, tmp_path):
    run = generate(dataset, config(), tmp_path, limit=2)
    assert reasons(run) == [None, None]
    assert_sung(run, dataset)
    assert run.notes == ("An outside command made the takes; what it is made of was not checked.",)
    log = run.folder / "logs" / f"{run.takes[0].id}.log"
    assert log.read_text().splitlines()[1] == "\x1b[31mloading\x1b[0m weights"
    assert not list((run.folder / "work").iterdir())


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_command_of_a_shard_is_run_once_for_all(dataset, tmp_path, form):
    many = config(command=MANY, mode="shard", list_format=form)
    run = generate(dataset, many, tmp_path / "many", limit=4)
    assert reasons(run) == [None] * 4
    assert len(list((run.folder / "logs").iterdir())) == 1
    assert_sung(run, dataset)


def test_a_list_has_the_columns_that_the_command_wants(dataset, tmp_path):
    columns = {"out": "out", "caption": "prompt", "seed": "seed"}
    show = [sys.executable, "-c", "import sys; print(open(sys.argv[1]).read())", "{list}"]
    many = config(command=show, mode="shard", list_format="csv", columns=columns)
    run = generate(dataset, many, tmp_path, limit=2)
    log = next((run.folder / "logs").iterdir()).read_text().splitlines()
    assert log[1] == "out,caption,seed"
    assert dataset.split("test")[0].label in log[2]


def test_what_a_stopped_shard_left_is_kept_and_the_rest_made_again(dataset, tmp_path, monkeypatch):
    many = config(command=MANY, mode="shard")
    monkeypatch.setenv("SINGER_STOPS_AT", "2")
    run = generate(dataset, many, tmp_path, limit=4)
    assert reasons(run) == [None, None, "exit-code", "exit-code"]
    monkeypatch.delenv("SINGER_STOPS_AT")
    assert reasons(generate(dataset, many, tmp_path, limit=4)) == [None] * 4


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("silent", "no-output"),
        ("fails-late", "exit-code"),
        ("empty", "empty-file"),
        ("text", "unreadable"),
        ("playlist", "unreadable"),
        ("elsewhere", "no-output"),
        ("link", "no-output"),
        ("two", "no-output"),
        ("own-name", None),
    ],
)
def test_what_a_command_leaves_is_a_sound_or_a_reason(dataset, tmp_path, notes, how, code):
    run = generate(dataset, config(how), tmp_path, limit=1)
    assert reasons(run) == [code]
    assert not list((run.folder / "work").iterdir())


def test_a_failure_costs_its_clip_alone_and_keeps_what_was_printed(dataset, tmp_path):
    run = generate(dataset, config("fails"), tmp_path, limit=2)
    number = int(run.takes[1].id[-2:])
    assert number == 5
    assert reasons(run) == [None, "exit-code"]
    detail = run.takes[1].reason.detail
    assert "exit code 3" in detail
    assert detail.endswith("loading weights ⏎ RuntimeError: no such checkpoint")
    assert f"logs/{run.takes[1].id}.log" in detail


def is_gone(process):
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return True
    return "\nState:\tZ" in status


def all_gone(notes):
    processes = notes.read_text().split()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not all(map(is_gone, processes)):
        time.sleep(0.05)
    return all(map(is_gone, processes))


linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")


@linux
def test_a_command_that_hangs_is_ended_with_all_that_it_started(dataset, tmp_path, notes):
    run = generate(dataset, config("hangs", time_limit=2.0), tmp_path, limit=1)
    assert reasons(run) == ["time-out"]
    assert run.takes[0].reason.retryable
    assert all_gone(notes)


@linux
def test_what_a_command_leaves_running_is_ended(dataset, tmp_path, notes):
    run = generate(dataset, config("orphans"), tmp_path, limit=1)
    assert reasons(run) == [None]
    assert all_gone(notes)


@linux
def test_ctrl_c_ends_the_command_and_all_that_it_started(dataset, tmp_path, notes):
    command = json.dumps(config("hangs").settings["command"])
    head = 'format = 1\nname = "x"\ngenerator = "command"\nabout = "x"\nlicence = "x"\n[settings]\n'
    (tmp_path / "singer.toml").write_text(f"{head}command = {command}\n")
    words = ["run", "--model", "command:singer.toml", "--data", str(dataset.folder), "--no-score"]
    ours = subprocess.Popen(
        [sys.executable, "-m", "sfbench", *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (notes.exists() and notes.read_text()):
        time.sleep(0.05)
    ours.send_signal(signal.SIGINT)
    _, told = ours.communicate(timeout=60)
    assert ours.returncode == 130
    assert b"the same command resumes" in told
    assert all_gone(notes)


def test_span_cuts_the_sound_and_tells_the_duration(dataset, tmp_path):
    run = generate(dataset, config(span=[0.5, 3.0]), tmp_path, limit=1)
    assert run.takes[0].span == (0.5, 3.0)
    assert soundfile.info(run.folder / run.takes[0].audio).duration == 2.5


def test_a_changed_file_is_another_revision(dataset, tmp_path):
    (tmp_path / "weights.pt").write_bytes(b"one")
    files = [str(tmp_path / "weights.pt")]
    first = generate(dataset, config("silent", files=files), tmp_path / "r", limit=1)
    assert list(first.weights) == ["weights.pt"]
    assert first.notes == ()
    (tmp_path / "weights.pt").write_bytes(b"two")
    again = generate(dataset, config("silent", files=files), tmp_path / "r", limit=1)
    assert again.revision != first.revision
    with pytest.raises(SfbenchError, match="mend `files`"):
        generate(dataset, config(files=["missing.pt"]), tmp_path / "r", limit=1)


def test_the_environment_is_the_commands_own(dataset, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    code = "import os; print(os.environ.get('PYTHONPATH'), os.environ['TOKENS'], os.getcwd())"
    (tmp_path / "sub").mkdir()
    show = config(
        command=[sys.executable, "-c", code],
        environment={"TOKENS": "$HOME; rm x"},
        folder=str(tmp_path / "sub"),
    )
    run = generate(dataset, show, tmp_path / "r", limit=1)
    log = next((run.folder / "logs").iterdir()).read_text().splitlines()
    assert log[1] == f"None $HOME; rm x {tmp_path / 'sub'}"


def test_a_command_cannot_hear_the_answer(dataset, tmp_path):
    run = generate(dataset, config("listens"), tmp_path, limit=1)
    assert soundfile.info(run.folder / run.takes[0].audio).duration == 2


def test_a_clip_that_cannot_be_given_costs_itself_alone(dataset, tmp_path):
    first, second = dataset.split("test")[:2]
    lost = replace(first, video="test/none.mp4")
    many = open_command(dataset, {"command": MANY, "mode": "shard"}).in_folder(tmp_path)
    answers = many.perform([lost, second], [None, None], [1, 2])
    assert answers[0].code == "missing"
    assert answers[1].sample_rate == 8_000
    late = open_command(dataset, {"command": MANY, "mode": "shard", "span": [99.0, 100.0]})
    assert late.in_folder(tmp_path).perform([first], [None], [1])[0].code == "too-short"


def test_a_label_is_one_argument_whatever_is_in_it(tmp_path):
    label = 'a "b"; touch x $(y) {seed} ⚡'
    write_clip(tmp_path / "-a.mp4", 300.0, 1.0)
    clip = Clip(id="-a", label=label, split="test", video="-a.mp4", sha256="", seconds=1.0)
    show = [sys.executable, "-c", "import sys; print(ascii(sys.argv[1:]))", "--prompt={prompt}"]
    command = open_command(Manifest(tmp_path, "x", (clip,)), {"command": show})
    command.in_folder(tmp_path / "run").perform([clip], [None], [3])
    log = (tmp_path / "run/logs/-a.log").read_text().splitlines()
    assert log[-1] == ascii([f"--prompt={label}"])


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"command": []}, "command"),
        ({"command": ["x", "{list}"]}, "means nothing; known are {duration}"),
        ({"command": ["x", "{id}"]}, "means nothing"),
        ({"command": ["x", "{video}"], "mode": "shard"}, "known are {list}, {out_dir}"),
        ({"command": ["x"], "output": ".txt"}, "output"),
        ({"command": ["x"], "time_limit": 0}, "time_limit"),
        ({"command": ["x"], "span": [3, 1]}, "ends before it begins"),
        ({"command": ["x"], "shell": True}, "shell"),
        ({"command": "x {video}"}, "Expected `array`"),
    ],
)
def test_settings_that_cannot_work_are_told_before_anything_is_run(dataset, settings, complaint):
    with pytest.raises(SfbenchError, match=complaint):
        open_command(dataset, settings)


@pytest.mark.parametrize("changes", [{"command": ["no-such-program"]}, {"folder": "no-such"}])
def test_a_missing_program_ends_the_run_with_one_message(dataset, tmp_path, changes):
    with pytest.raises(SfbenchError, match=r"no-such.* cannot be run: No such file"):
        generate(dataset, config(**changes), tmp_path)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ('generator = "silence"', "runs no command"),
        ('name = "../up"', "cannot be used"),
        ('name = "a/b"', "cannot be used"),
    ],
)
def test_a_file_that_is_no_command_is_refused(tmp_path, change, complaint):
    lines = ["format = 1", 'name = "x"', 'generator = "command"', 'about = "x"', 'licence = "x"']
    key = change.partition(" ")[0]
    lines = [change if line.startswith(key) else line for line in lines]
    (tmp_path / "x.toml").write_text("\n".join([*lines, '[settings]\ncommand = ["x"]']))
    with pytest.raises(SfbenchError, match=complaint):
        read_config(f"command:{tmp_path / 'x.toml'}")


EXAMPLES = sorted((benchmark_folder("model") / "commands").glob("*.toml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_opens_and_says_that_it_was_not_run_here(path, dataset):
    example = read_config(f"command:{path}")
    assert example.name == path.stem
    assert open_command(dataset, example.settings).settings.command
    assert path.read_text().startswith("# An example that was not run here")


def test_there_is_an_example_for_each_well_known_model():
    names = {path.stem for path in EXAMPLES}
    assert names == {"mmaudio", "frieren", "hunyuanvideo-foley", "thinksound"}


def test_the_settings_stand_in_the_run_folder(dataset, tmp_path):
    run = generate(dataset, config("silent"), tmp_path, limit=1)
    about = json.loads((run.folder / "run.json").read_text())
    assert about["config"]["settings"]["command"][1] == SINGER
