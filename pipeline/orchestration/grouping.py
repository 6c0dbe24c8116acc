"""A light resolution: which accepted candidates are one thing, to count things and not keys.

Who is who is decided later, on all evidence (pipeline/resolve); this is the count that a
barrier needs, from names and positions alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from math import cos, floor, radians

from pipeline.lens.vocabulary import Vocabulary
from pipeline.orchestration.candidate import Candidate
from pipeline.text import fold
from pipeline.values import GeoPoint

_LEAST_REACH_M = 150.0  # two sources rarely point at the same door of a large site
_METRES_PER_DEGREE = 110_000.0  # of latitude, and at least that: cells may be too large
_LEAST_COSINE = 0.01  # nearer to a pole a degree of longitude is no length


def group_candidates(
    candidates: Sequence[Candidate], vocabulary: Vocabulary
) -> list[list[Candidate]]:
    """Candidates that share a strong id, or a place and the telling words of their names."""
    root = list(range(len(candidates)))
    for left, right in _pairs(candidates):
        if _find(root, left) != _find(root, right) and _are_one(
            candidates[left], candidates[right], vocabulary
        ):
            low, high = sorted((_find(root, left), _find(root, right)))
            root[high] = low
    groups: dict[int, list[Candidate]] = defaultdict(list)
    for n, candidate in enumerate(candidates):
        groups[_find(root, n)].append(candidate)
    return list(groups.values())


def _find(root: list[int], n: int) -> int:
    while root[n] != n:
        root[n] = root[root[n]]
        n = root[n]
    return n


def _pairs(candidates: Sequence[Candidate]) -> Iterator[tuple[int, int]]:
    """Pairs with a strong id in common, and pairs in the same or a neighbouring cell."""
    holders: dict[tuple[str, str], int] = {}
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    high, wide = _cell(candidates)
    for n, candidate in enumerate(candidates):
        for scheme_and_id in sorted(candidate.ids.items()):
            first = holders.setdefault(scheme_and_id, n)
            if first != n:
                yield first, n
        point = _point(candidate)
        if point is None:
            continue
        row, column = floor(point.latitude / high), floor(point.longitude / wide)
        for d_row, d_column in product((-1, 0, 1), repeat=2):
            for other in cells[row + d_row, column + d_column]:
                yield other, n
        cells[row, column].append(n)


def _cell(candidates: Sequence[Candidate]) -> tuple[float, float]:
    """Degrees of latitude and longitude that no two candidates of one thing are apart."""
    reach = 2 * max((candidate.accuracy_m for candidate in candidates), default=0.0)
    high = max(reach, _LEAST_REACH_M) / _METRES_PER_DEGREE
    points = [point for point in map(_point, candidates) if point]
    farthest = max((abs(point.latitude) for point in points), default=0.0) + high
    return high, high / max(cos(radians(min(farthest, 90.0))), _LEAST_COSINE)


def _are_one(left: Candidate, right: Candidate, vocabulary: Vocabulary) -> bool:
    if set(left.ids.items()) & set(right.ids.items()):
        return True
    here, there = _point(left), _point(right)
    reach = max(left.accuracy_m + right.accuracy_m, _LEAST_REACH_M)
    is_near = here is not None and there is not None and here.distance_m(there) <= reach
    return is_near and _same_name(left, right, vocabulary)


def _same_name(left: Candidate, right: Candidate, vocabulary: Vocabulary) -> bool:
    """Equal names, or all the telling words of one in the other; what has no name is a part."""
    if not (left.name and right.name):
        return True
    if fold(left.name) == fold(right.name):
        return True
    said, heard = (set(vocabulary.identifying_words(c.name or "")) for c in (left, right))
    return bool(said and heard) and (said <= heard or heard <= said)


def _point(candidate: Candidate) -> GeoPoint | None:
    if candidate.latitude is None or candidate.longitude is None:
        return None
    return GeoPoint(candidate.latitude, candidate.longitude)
