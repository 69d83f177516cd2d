"""Reasons, errors, clips and results."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfbench import store
from sfbench.clip import SAFE_ID, Clip, slug
from sfbench.errors import ClipError, Reason, SfbenchError
from sfbench.result import (
    ClipScores,
    DatasetRef,
    Failure,
    Measure,
    ProtocolRef,
    Result,
    Score,
    read_clip_scores,
    read_result,
)


def clip(name: str) -> Clip:
    return Clip(id=name, label=None, split="test", video="a.mp4", sha256="", seconds=1.0)


def test_a_clip_error_says_its_reason():
    reason = Reason("health", "no-sound", "the stream is empty")
    assert str(ClipError(reason)) == "no-sound: the stream is empty"
    assert str(ClipError(Reason("health", "no-sound"))) == "no-sound"
    assert isinstance(ClipError(reason), SfbenchError)


def test_a_clip_error_travels_between_processes():
    error = ClipError(Reason("health", "no-sound", retryable=True))
    assert pickle.loads(pickle.dumps(error)).reason == error.reason


@pytest.mark.parametrize("name", ["glLQrEijrKg_000300", "-leads_with_dash", "a", "x" * 120])
def test_a_safe_id_is_taken(name):
    assert clip(name).id == name


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a.b", "a b", "é", "a\n", "x" * 121, "a\0"])
def test_an_unsafe_id_is_refused(name):
    with pytest.raises(ValueError, match="unsafe clip id"):
        clip(name)


@given(st.text(max_size=300))
def test_every_text_has_a_slug_that_is_a_safe_id(text):
    assert SAFE_ID.fullmatch(slug(text))


@given(st.from_regex(r"[A-Za-z0-9_]{1,100}", fullmatch=True))
def test_a_short_safe_word_is_its_own_slug(word):
    assert slug(word) == word


@pytest.fixture
def result() -> Result:
    reason = Reason("media", "no-sound", "mute")
    return Result(
        model="chance",
        revision="abc123",
        dataset=DatasetRef(name="small", split="test", manifest_sha256="0" * 64, n=3),
        protocol=ProtocolRef(name="mini", sha256="1" * 64),
        scores=[
            Score(metric="a", signature="a|v1", value=0.1, n=2, higher_is_better=True),
            Score(
                metric="b", signature="b|v1", value=None, n=0, higher_is_better=False, reason="few"
            ),
        ],
        failures=[Failure(id="clip0", reason=reason)],
        coverage=2 / 3,
    )


def test_a_result_comes_back_as_it_was(tmp_path, result):
    store.write_json(tmp_path / "result.json", result)
    assert read_result(tmp_path / "result.json") == result


def test_a_missing_value_is_null_on_disk(tmp_path, result):
    store.write_json(tmp_path / "result.json", result)
    assert '"value": null' in (tmp_path / "result.json").read_text()


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"model": 1}'])
def test_a_damaged_result_is_refused(tmp_path, text):
    (tmp_path / "result.json").write_text(text)
    with pytest.raises(SfbenchError, match="is no readable result"):
        read_result(tmp_path / "result.json")


def test_a_missing_result_is_refused(tmp_path):
    with pytest.raises(SfbenchError, match="run the model again"):
        read_result(tmp_path / "result.json")


def test_a_result_of_another_format_is_refused(tmp_path, result):
    store.write_json(tmp_path / "result.json", result)
    text = (tmp_path / "result.json").read_text().replace('"format": 1', '"format": 2')
    (tmp_path / "result.json").write_text(text)
    with pytest.raises(SfbenchError, match="has format 2, this sfbench reads 1"):
        read_result(tmp_path / "result.json")


def test_scores_of_clips_come_back_as_they_were(tmp_path):
    rows = [ClipScores(id="a", label="rain", metrics={"m": Measure(value=None, reason="silent")})]
    store.write_bytes(tmp_path / "clips.jsonl", store.to_lines(rows))
    assert read_clip_scores(tmp_path / "clips.jsonl") == rows
    assert read_clip_scores(tmp_path / "none.jsonl") == []
