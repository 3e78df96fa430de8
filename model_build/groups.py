"""Which pictures must stay together: those of one lesion or patient, copies, and twins."""

from collections.abc import Iterable, Sequence


def join(size: int, ties: Sequence[Iterable[str]], pairs: Iterable[tuple[int, int]]) -> list[int]:
    """The group of each of `size` pictures, as the least place in it.

    Pictures that share one of their `ties`, or are one of the `pairs` of places, are in one group, also
    over several steps.
    """
    root = list(range(size))

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    def unite(a: int, b: int) -> None:
        low, high = sorted((find(a), find(b)))
        root[high] = low

    first: dict[str, int] = {}
    for place, names in enumerate(ties):
        for name in names:
            unite(first.setdefault(name, place), place)
    for a, b in pairs:
        unite(a, b)
    return [find(place) for place in range(size)]
