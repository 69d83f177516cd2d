import numpy as np

from sfbench.curation.simulated import SimulatedSource


def test_a_scene_is_written_to_the_same_bytes_whatever_lay_in_memory_before(tmp_path):
    source = SimulatedSource()
    candidate = next(source.candidates())
    random, litter, written = np.random.default_rng(0), [], set()
    for _ in range(4):
        source.fetch(candidate, tmp_path / "clip.mp4")
        written.add((tmp_path / "clip.mp4").read_bytes())
        litter += [random.bytes(int(size)) for size in random.integers(1, 300_000, 200)]
    assert len(written) == 1
