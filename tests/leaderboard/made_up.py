"""Results with made-up numbers, small enough to rank by hand."""

from sfbench.result import DatasetRef, ProtocolRef, Result, Score


def score(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    *,
    metric: str = "fad.mel",
    signature: str = "fad.mel|v1",
    higher: bool = False,
    reason: str | None = None,
    floor: float | None = None,
) -> Score:
    return Score(
        metric=metric,
        signature=signature,
        value=value,
        low=low,
        high=high,
        floor=floor,
        n=10,
        higher_is_better=higher,
        reason=reason,
    )


def result(
    model: str,
    *scores: Score,
    scored: str = "all",
    manifest: str = "m" * 64,
    protocol: str = "p" * 64,
    **more,
) -> Result:
    return Result(
        model=model,
        revision=more.pop("revision", "abc123"),
        dataset=DatasetRef(name="made-up", split="test", manifest_sha256=manifest, n=10),
        protocol=ProtocolRef(name="mini", sha256=protocol),
        scores=list(scores),
        scored=scored,
        **more,
    )
