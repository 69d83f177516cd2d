"""Results with made-up numbers, small enough to rank by hand."""

from sfbench.result import DatasetRef, Difference, ProtocolRef, Result, Score


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
    scales: dict[str, float] | None = None,
    warnings: tuple[str, ...] = (),
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
        scales=scales or {},
        warnings=list(warnings),
    )


def result(
    model: str,
    *scores: Score,
    scored: str = "all",
    manifest: str = "m" * 64,
    protocol: str = "p" * 64,
    protocol_name: str = "mini",
    n: int = 10,
    **more,
) -> Result:
    return Result(
        model=model,
        revision=more.pop("revision", "abc123"),
        dataset=DatasetRef(name="made-up", split="test", manifest_sha256=manifest, n=n),
        protocol=ProtocolRef(name=protocol_name, sha256=protocol),
        scores=list(scores),
        scored=scored,
        **more,
    )


def difference(first: str, second: str, value: float, p_holm: float, *, metric="fad.mel", **more):
    """A difference between two systems of revision abc123."""
    return Difference(
        protocol=more.pop("protocol", "p" * 64),
        metric=metric,
        first=f"{first}@abc123",
        second=f"{second}@abc123",
        difference=value,
        p=more.pop("p", p_holm / 2),
        p_holm=p_holm,
    )
