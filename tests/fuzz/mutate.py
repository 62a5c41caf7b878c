"""Mutations of valid inputs, in the manner of AFL: bits, interesting integers, blocks, words of the format."""

import random
from collections.abc import Sequence

INTEGERS = (
    0,
    1,
    2,
    7,
    16,
    127,
    128,
    255,
    256,
    32767,
    32768,
    65535,
    65536,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**63,
)
MOST_STEPS = 6
LONGEST_BYTES = 1 << 20


def mutate(rng: random.Random, seeds: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    """Return a seed after a few random changes, or a splice of two seeds."""
    content = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, MOST_STEPS)):
        change = rng.choice(_CHANGES)
        change(rng, content, seeds, tokens)
        del content[LONGEST_BYTES:]
    return bytes(content)


def _flip(rng: random.Random, content: bytearray, *_: object) -> None:
    if content:
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)


def _randomise(rng: random.Random, content: bytearray, *_: object) -> None:
    if content:
        start = rng.randrange(len(content))
        stop = min(len(content), start + rng.choice((1, 1, 2, 4, 16)))
        content[start:stop] = rng.randbytes(stop - start)


def _set_integer(rng: random.Random, content: bytearray, *_: object) -> None:
    size = rng.choice((1, 2, 4, 8))
    if len(content) > size:
        start = rng.randrange(len(content) - size)
        value = rng.choice(INTEGERS) % (1 << (8 * size))
        content[start : start + size] = value.to_bytes(size, rng.choice(("big", "little")))


def _cut(rng: random.Random, content: bytearray, *_: object) -> None:
    if content:
        start = rng.randrange(len(content))
        del content[start : start + rng.choice((1, 4, 64, len(content)))]


def _repeat(rng: random.Random, content: bytearray, *_: object) -> None:
    if content:
        start = rng.randrange(len(content))
        block = content[start : start + rng.choice((1, 4, 16, 256))]
        content[start:start] = block * rng.choice((1, 2, 20))


def _insert_token(
    rng: random.Random, content: bytearray, seeds: Sequence[bytes], tokens: Sequence[bytes]
) -> None:
    del seeds
    if tokens:
        start, token = rng.randrange(len(content) + 1), rng.choice(tokens)
        content[start : start + rng.choice((0, len(token)))] = token


def _splice(rng: random.Random, content: bytearray, seeds: Sequence[bytes], tokens: Sequence[bytes]) -> None:
    del tokens
    other = rng.choice(seeds)
    content[rng.randrange(len(content) + 1) :] = other[rng.randrange(len(other)) :]


_CHANGES = (_flip, _flip, _randomise, _set_integer, _set_integer, _cut, _repeat, _insert_token, _splice)
