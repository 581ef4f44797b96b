"""Counting whom a target means, and handing their numbers over in batches: never a million objects in memory."""

from collections.abc import Iterator

import numpy as np

from common.phones import Seen
from numberbank import bitmaps
from numberbank.models import Dimension
from numberbank.targets import Choice, Criteria, Target

BATCH = 50_000

Bits = dict[int, np.ndarray]


def count(criteria: Criteria, *, reached: Seen | None = None) -> int:
    """How many subscribers meet the criteria, without those in ``reached``. Exact. No criteria: the whole bank."""
    wanted = _wanted(criteria)
    if reached is None and not criteria.postal:
        if not wanted:
            return bitmaps.total()
        if len(wanted) == 1 and (only := _single(wanted[0])):
            dimension, value = only
            return bitmaps.count_of(dimension, value)
    return sum(_sizes(_matching(criteria, reached)).values())


def numbers(target: Target, *, reached: Seen | None = None) -> Iterator[np.ndarray]:
    """The numbers (989…, int64, each once) that the target chooses, in the bank's order, at most 50,000 a batch."""
    matching = _matching(target.criteria, reached)
    for segment, places in _chosen(target, matching):
        if len(places):
            found = bitmaps.numbers_of(segment)[places]
            found = found[found > 0]
            for start in range(0, len(found), BATCH):
                yield found[start : start + BATCH]


def _wanted(criteria: Criteria) -> list[dict[Dimension, tuple[int, ...]]]:
    """Groups of bitmaps: any within a group, all of the groups."""
    where = {
        Dimension.PROVINCE: criteria.provinces,
        Dimension.CITY: criteria.cities,
        Dimension.DISTRICT: criteria.districts,
        Dimension.SUBURB: criteria.suburbs,
    }
    trades = {
        Dimension.GUILD: tuple(guild for guild in criteria.guilds if guild >= 100),
        Dimension.GUILD_GROUP: tuple(guild for guild in criteria.guilds if guild < 100),
    }
    groups = [where, trades, {Dimension.PREFIX: criteria.prefixes}, {Dimension.GENDER: criteria.genders}]
    named = [{dimension: values for dimension, values in group.items() if values} for group in groups]
    return [group for group in named if group]


def _single(group: dict[Dimension, tuple[int, ...]]) -> tuple[Dimension, tuple[int, ...]] | None:
    """The one dimension of a group: its values exclude one another, so their counts may be added."""
    return next(iter(group.items())) if len(group) == 1 else None


def _matching(criteria: Criteria, reached: Seen | None) -> Bits:
    wanted = _wanted(criteria)
    found: Bits | None = None
    if criteria.postal:
        found = _both(bitmaps.with_postal_codes(criteria.postal), bitmaps.present())
    for group in wanted:
        having = bitmaps.union(group)
        found = having if found is None else _both(found, having)
        if not found:
            break
    if found is None:
        found = bitmaps.present()
    return found if reached is None else _without(found, reached)


def _both(one: Bits, other: Bits) -> Bits:
    return {segment: bits & other[segment] for segment, bits in one.items() if segment in other}


def _without(matching: Bits, reached: Seen) -> Bits:
    left = {}
    for segment, bits in matching.items():
        places = places_of(bits)
        if len(places):
            met = reached.has_many(bitmaps.numbers_of(segment)[places])
            kept = np.zeros(bitmaps.OCTETS, np.uint8)
            bitmaps.set_places(kept, places[~met])
            left[segment] = kept
    return left


def places_of(bits: np.ndarray) -> np.ndarray:
    """The places whose bits are set, ascending."""
    return np.flatnonzero(np.unpackbits(bits, bitorder="little")).astype(np.uint32)


def _sizes(matching: Bits) -> dict[int, int]:
    return {segment: int(np.bitwise_count(bits.view(np.uint64)).sum()) for segment, bits in sorted(matching.items())}


def _chosen(target: Target, matching: Bits) -> Iterator[tuple[int, np.ndarray]]:
    sizes = _sizes(matching)
    if target.choice is Choice.RANDOM:
        yield from _random(target, matching, sizes)
        return
    passed = 0
    for segment, size in sizes.items():
        places = places_of(matching[segment])
        if target.choice is Choice.ROWS:
            places = places[max(0, target.first - 1 - passed) : max(0, target.last - passed)]
        passed += size
        yield segment, places


def _random(target: Target, matching: Bits, sizes: dict[int, int]) -> Iterator[tuple[int, np.ndarray]]:
    """Exactly ``amount``, every set of them as likely as any other: how many from each segment is drawn first."""
    chance = np.random.Generator(np.random.PCG64(target.seed))
    amount = min(target.amount, sum(sizes.values()))
    shares = chance.multivariate_hypergeometric(list(sizes.values()), amount, method="marginals") if sizes else []
    for (segment, size), share in zip(sizes.items(), shares, strict=True):
        order = chance.choice(size, int(share), replace=False, shuffle=False)
        order.sort()
        yield segment, places_of(matching[segment])[order]
