"""Where pictures come from, as a model card says it."""

from collections.abc import Iterable

from model_build.split import Row

CITATIONS = {
    "ham10000": (
        "HAM10000 (Tschandl P., Rosendahl C. & Kittler H., Sci. Data 5, 180161, 2018, "
        "doi:10.1038/sdata.2018.161; doi:10.7910/DVN/DBW86T), CC BY-NC 4.0"
    ),
    "milk10k": "MILK10k (MILK study team, ISIC archive, doi:10.34970/648456), CC BY-NC 4.0",
    "isic2017": "ISIC 2017 (Codella N. et al., arXiv:1710.05006; images of the ISIC archive), CC-0",
    "isic2018": "ISIC 2018 (Codella N. et al., arXiv:1902.03368), CC BY-NC 4.0",
    "isic2019": "ISIC 2019 (Combalia M. et al., arXiv:1908.02288, among others), CC BY-NC 4.0",
}
"""By the name of the source in the split."""


def cite(rows: Iterable[Row]) -> str:
    """All sources of these pictures, with reference and licence, or with the centres if none is known."""
    centres: dict[str, set[str]] = {}
    for row in rows:
        centres.setdefault(row.source, set()).update([row.centre] if row.centre else [])
    return "; ".join(CITATIONS.get(name) or _by_centres(name, centres[name]) for name in sorted(centres))


def _by_centres(name: str, centres: Iterable[str]) -> str:
    known = ", ".join(sorted(centres))
    return f"{name} ({known})" if known else name
