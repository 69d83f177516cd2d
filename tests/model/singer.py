"""An outside model for tests: it sings, or misbehaves in the way that it is told."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import soundfile

RATE = 8_000


def sing(path: str, seed: str, duration: str) -> None:
    noise = np.random.default_rng(int(seed)).normal(0, 0.05, round(float(duration) * RATE))
    soundfile.write(path, noise.astype(np.float32), RATE)


def one(how: str, out: str, out_dir: str, seed: str, duration: str, video: str) -> int:
    number = int(Path(video).stem[-2:])
    print("\x1b[31mloading\x1b[0m weights", flush=True)
    match how:
        case "silent":
            return 0
        case "fails" if number == 5:
            print("RuntimeError: no such checkpoint", file=sys.stderr)
            return 3
        case "fails-late":
            sing(out, seed, duration)
            return 1
        case "empty":
            Path(out).touch()
        case "text":
            Path(out).write_text("this is no sound")
        case "playlist":
            Path(out).write_text("#EXTM3U\n/etc/passwd\n")
        case "hangs":
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            Path(os.environ["SINGER_NOTES"]).write_text(f"{os.getpid()} {child.pid}")
            time.sleep(600)
        case "orphans":
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            Path(os.environ["SINGER_NOTES"]).write_text(f"{os.getpid()} {child.pid}")
            sing(out, seed, duration)
        case "elsewhere":
            sing(str(Path(os.environ["SINGER_NOTES"]).parent / "elsewhere.wav"), seed, duration)
        case "link":
            target = Path(os.environ["SINGER_NOTES"]).parent / "target.wav"
            sing(str(target), seed, duration)
            Path(out).symlink_to(target)
        case "listens":
            import av

            with av.open(video) as clip:
                sing(out, seed, "1" if clip.streams.audio else "2")
        case "own-name":
            (Path(out_dir) / "results").mkdir()
            sing(f"{out_dir}/results/audio.wav", seed, duration)
        case "two":
            sing(f"{out_dir}/a.wav", seed, duration)
            sing(f"{out_dir}/b.wav", seed, duration)
        case _:
            sing(out, seed, duration)
    return 0


def many(path: Path, out_dir: str) -> int:
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
    else:
        rows = [json.loads(line) for line in path.read_text().splitlines()]
    for count, row in enumerate(rows):
        if count == int(os.environ.get("SINGER_STOPS_AT", -1)):
            return 9
        name = row.get("id") or Path(row["out"]).stem
        sing(f"{out_dir}/{name}.wav", row["seed"], row.get("duration", "1"))
    return 0


if __name__ == "__main__":
    how, *rest = sys.argv[1:]
    if how == "many":
        sys.exit(many(Path(rest[0]), rest[1]))
    out, out_dir, seed, duration, video = rest
    sys.exit(one(how, out, out_dir, seed, duration, video))
