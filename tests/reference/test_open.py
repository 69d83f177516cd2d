"""References opened by name, from a file in the published layout."""

from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import version

import numpy as np
import pytest
import torch

from sfbench.encoders.extractor import extractors, reference_extractors, reference_frame_extractors
from sfbench.errors import ClipError, SfbenchError
from tests.encoders.difference import difference
from tests.encoders.publish import publish
from tests.reference.packages import needs_packages

pytestmark = needs_packages


@dataclass(frozen=True)
class Published:
    """Where a reference's weights are declared, and whose code it runs."""

    module: str
    declaration: str
    distribution: str
    golden: str
    ours: str = ""  # module of our extractor, where it is called otherwise


ROWS = {
    "vggish": Published("vggish", "VGGISH", "torchvggish", "vggish"),
    "cnn14-32k": Published("cnn14", "CNN14_32K", "panns_inference", "panns-cnn14-32k"),
    "cnn14-16k": Published("cnn14", "CNN14_16K", "frechet_audio_distance", "panns-cnn14-16k"),
    "clap": Published("clap", "CLAP_630K", "laion_clap", "laion-clap", "clap.sound"),
    "clap-int16": Published("clap", "CLAP_630K", "laion_clap", "laion-clap", "clap.sound"),
    "wav2clip": Published("wav2clip", "WAV2CLIP", "wav2clip", "wav2clip"),
    "wav2clip-zscore-batch": Published("wav2clip", "WAV2CLIP", "wav2clip", "wav2clip"),
}


def content(name):
    """Return a state in the published layout, made by rule but for the package's fixed parts."""
    from sfbench.encoders.reference import clap, cnn14
    from tests.reference.pairs import weights

    if name.startswith("cnn14"):
        variant = cnn14.AT_32K if name == "cnn14-32k" else cnn14.AT_16K
        return weights(ROWS[name].golden, cnn14.cnn14_network(variant))
    if name.startswith("clap"):
        return weights(ROWS[name].golden, clap.clap_module().get_submodule("model"))
    window = {"audio_encoder.spectrogram.window": torch.hann_window(512)}
    return weights(ROWS[name].golden) | (window if name.startswith("wav2clip") else {})


@pytest.mark.parametrize("name", ROWS)
def test_a_file_in_the_published_layout_opens_in_both(name, tmp_path, monkeypatch):
    from tests.reference.pairs import sounds

    row = ROWS[name]
    ours = import_module(f"sfbench.encoders.{row.ours or row.module}")
    theirs = import_module(f"sfbench.encoders.reference.{row.module}")
    publish(monkeypatch, tmp_path, ours, row.declaration, content(name))
    monkeypatch.setattr(theirs, row.declaration, getattr(ours, row.declaration))
    mine, package = extractors[name]("cpu"), reference_extractors[name]("cpu")
    backend = f"backend={row.distribution}-{version(row.distribution)}"
    assert package.signature == f"{mine.signature}|{backend}"
    for facts in ("name", "rate", "outputs"):
        assert getattr(package, facts) == getattr(mine, facts)
    heard = sounds(mine.rate, (2,))
    for output in mine.outputs:
        answers = [extractor(heard)[0][output] for extractor in (mine, package)]
        assert answers[1].dtype == np.float32
        assert difference(*answers) < 1e-5


@pytest.mark.parametrize("name", ROWS)
def test_no_sounds_give_no_answers_and_too_short_ones_a_reason(name):
    from tests.reference.pairs import PAIRS

    both = PAIRS[name]()
    assert both.theirs([]) == []
    for extractor in (both.ours, both.theirs):
        with pytest.raises(ClipError, match="too-short"):
            extractor([np.zeros(both.theirs.shortest - 1, np.float32)])


def test_the_published_layout_of_clip_opens(tmp_path, monkeypatch):
    from safetensors.torch import save_file

    from sfbench.encoders.reference import clip
    from tests.reference.pairs import PAIRS, videos, weights

    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    path = tmp_path / "weights" / clip.CLIP_VIT_B_32.file
    path.parent.mkdir()
    save_file(weights("clip-vit-b-32"), path)
    declared = replace(clip.CLIP_VIT_B_32, size=path.stat().st_size, sha256=None)
    monkeypatch.setattr(clip, "CLIP_VIT_B_32", declared)
    package, both = reference_frame_extractors["clip-vit-b-32"]("cpu"), PAIRS["clip-vit-b-32"]()
    backend = f"backend=open_clip_torch-{version('open_clip_torch')}"
    assert package.signature == f"{both.ours.signature}|{backend}"
    frames = videos([(40, 60)])
    answers = [extractor(frames)[0]["embedding"] for extractor in (package, both.ours)]
    assert difference(*answers) < 1e-5
    none = np.zeros((0, 8, 8, 3), np.uint8)
    assert package([none])[0]["embedding"].shape == (0, 512)


def test_a_decoder_may_keep_the_square_alone():
    from tests.reference.pairs import PAIRS, videos

    package = PAIRS["clip-vit-b-32"]().theirs
    (wide,) = videos([(360, 640)])
    kept = np.stack([package.keep(frame) for frame in wide])
    whole, cut = (package([frames])[0]["embedding"] for frames in (wide, kept))
    assert np.array_equal(whole, cut)


@pytest.mark.parametrize("name", sorted([*reference_extractors, *reference_frame_extractors]))
def test_weights_that_are_not_here_are_named_and_not_fetched(name, tmp_path, monkeypatch):
    monkeypatch.setenv("SFBENCH_HOME", str(tmp_path))
    catalog = reference_extractors if name in reference_extractors else reference_frame_extractors
    with pytest.raises(SfbenchError, match="not on this machine; type: sfbench weights fetch"):
        catalog[name]("cpu")


def test_another_networks_weights_are_refused():
    from sfbench.encoders.reference import upstream, vggish, wav2clip

    stranger = {"features.0.weight": torch.zeros(1)}
    with pytest.raises(SfbenchError, match="do not fit VGG"):
        upstream.loaded(vggish.vggish_network(), stranger)
    with pytest.raises(SfbenchError, match=r"do not fit Wav2CLIP.*conv1\.weight"):
        wav2clip.wav2clip_network({"audio_encoder.conv1.weight": torch.zeros(1)})
