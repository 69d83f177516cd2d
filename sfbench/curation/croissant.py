"""Croissant metadata: the machine-readable twin of the dataset card (Croissant 1.0)."""

from collections.abc import Mapping
from typing import Any

from sfbench.store import sha256_bytes

_TERMS = (
    "citeAs column conformsTo data dataType equivalentProperty examples extract field fileObject "
    "fileProperty fileSet format includes isLiveDataset jsonPath key md5 parentField path "
    "recordSet references regex repeated replace samplingRate separator source subField transform"
)
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    **{term: f"cr:{term}" for term in _TERMS.split()},
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}
_TYPES = {"start": "sc:Float", "seconds": "sc:Float"}


def croissant(about: Mapping[str, Any], tables: Mapping[str, str]) -> dict[str, Any]:
    """Return the Croissant description of a dataset folder.

    Args:
        about: What `dataset.json` says.
        tables: Text of `metadata.csv` by split.
    """
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": about["name"],
        "description": f"Clips with continuous sound from {about['source']}, chosen by sfbench.",
        "version": "1.0.0",
        "license": about["licence"],
        "distribution": [_table(split, text) for split, text in tables.items()],
        "recordSet": [_records(split, text) for split, text in tables.items()],
    }


def _table(split: str, text: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": f"{split}-metadata",
        "name": f"{split}-metadata",
        "contentUrl": f"{split}/metadata.csv",
        "encodingFormat": "text/csv",
        "sha256": sha256_bytes(text.encode()),
    }


def _records(split: str, text: str) -> dict[str, Any]:
    columns = text.splitlines()[0].split(",")
    return {
        "@type": "cr:RecordSet",
        "@id": split,
        "name": split,
        "field": [_field(split, column) for column in columns],
    }


def _field(split: str, column: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{split}/{column}",
        "name": f"{split}/{column}",
        "dataType": _TYPES.get(column, "sc:Text"),
        "source": {
            "fileObject": {"@id": f"{split}-metadata"},
            "extract": {"column": column},
        },
    }
