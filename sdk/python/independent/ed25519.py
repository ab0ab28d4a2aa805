"""Strict Ed25519 (RFC 8032) in plain Python.

One encoding of each point and number, no points of small order, the equation without cofactor.

Fast enough to check some hundred signatures a second, and nothing in it is secret, so nothing runs in
constant time. Signing is not here: a verifier needs none.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
D2 = 2 * D % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

# A point in extended coordinates X, Y, Z, T: x = X/Z, y = Y/Z, x*y = T/Z (RFC 8032, 5.1.4).
Point = tuple[int, int, int, int]
# A summand with Z = 1, prepared: y - x, y + x, 2*d*x*y.
Prepared = tuple[int, int, int]

NEUTRAL: Point = (0, 1, 1, 0)


class NoKey(Exception):
    """The bytes are no key; `code` is `INVALID_KEY` or `WEAK_KEY`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def add(one: Point, other: Point) -> Point:
    """The sum of two points (RFC 8032, 5.1.4)."""
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = t1 * t2 % P * D2 % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def add_prepared(one: Point, other: Prepared) -> Point:
    """The sum with a prepared point: one multiplication less, and no doubling of z."""
    x1, y1, z1, t1 = one
    minus, plus, product = other
    a = (y1 - x1) * minus % P
    b = (y1 + x1) * plus % P
    c = t1 * product % P
    d = 2 * z1
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(point: Point) -> Point:
    """The point twice (RFC 8032, 5.1.4)."""
    x, y, z, _ = point
    a = x * x % P
    b = y * y % P
    c = 2 * z * z
    h = a + b
    sum_of = x + y
    e = h - sum_of * sum_of % P
    g = a - b
    f = c + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def negate(point: Point) -> Point:
    """The point on the other side."""
    x, y, z, t = point
    return P - x, y, z, P - t


def is_same(one: Point, other: Point) -> bool:
    """Whether two sets of coordinates are of one point."""
    x1, y1, z1, _ = one
    x2, y2, z2, _ = other
    return (x1 * z2 - x2 * z1) % P == 0 and (y1 * z2 - y2 * z1) % P == 0


def is_small(point: Point) -> bool:
    """Whether eight times the point is nothing."""
    return is_same(double(double(double(point))), NEUTRAL)


def encode(point: Point) -> bytes:
    """The 32 bytes of a point (RFC 8032, 5.1.2)."""
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")


def decode(data: bytes) -> Point | None:
    """The point of 32 bytes, none if there is none (RFC 8032, 5.1.3).

    More is read here than has one encoding, so that what is weak can be told from what is no point: y may be
    p and more, and x = 0 may have a sign. `is_canonical` tells.
    """
    number = int.from_bytes(data, "little")
    sign = number >> 255
    y = (number & (2**255 - 1)) % P
    u = (y * y - 1) % P
    v = (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P != 0:
        if (v * x * x + u) % P != 0:
            return None
        x = x * ROOT_OF_MINUS_ONE % P
    if x & 1 != sign:
        x = (P - x) % P
    return x, y, 1, x * y % P


def is_canonical(data: bytes, point: Point) -> bool:
    """Whether the bytes are the one encoding of the point."""
    return encode(point) == data


def read_key(data: bytes) -> Point:
    """The point of a public key.

    Raises `NoKey`: `WEAK_KEY` for a point of small order however it is written, `INVALID_KEY` for everything
    else that is not the one encoding of a point.
    """
    point = decode(data)
    if point is None:
        raise NoKey("INVALID_KEY")
    if is_small(point):
        raise NoKey("WEAK_KEY")
    if not is_canonical(data, point):
        raise NoKey("INVALID_KEY")
    return point


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature holds, strictly. Raises `NoKey` if the key is none."""
    negative = _negative_multiples(key)
    if len(signature) != 64:
        return False
    commitment, scalar = signature[:32], int.from_bytes(signature[32:], "little")
    if scalar >= ORDER:
        return False
    expected = decode(commitment)
    if expected is None or is_small(expected) or not is_canonical(commitment, expected):
        return False
    challenge = int.from_bytes(hashlib.sha512(commitment + key + message).digest(), "little") % ORDER
    return is_same(_add_base(_multiply(negative, challenge), scalar), expected)


@lru_cache(maxsize=1024)
def _negative_multiples(key: bytes) -> tuple[Prepared, ...]:
    """-A, -3A, -5A … -63A of a key A: what `_multiply` takes."""
    point = negate(read_key(key))
    twice = double(point)
    multiples = [point]
    for _ in range(31):
        multiples.append(add(multiples[-1], twice))
    return tuple(_prepare(multiples))


def _prepare(points: list[Point]) -> list[Prepared]:
    """Points with Z = 1 and their sums made beforehand; one inversion for all (Montgomery's trick)."""
    products = [1]
    for _, _, z, _ in points:
        products.append(products[-1] * z % P)
    inverse = pow(products[-1], P - 2, P)
    prepared: list[Prepared] = []
    for (x, y, z, _), before in zip(reversed(points), reversed(products[:-1])):
        own = inverse * before % P
        inverse = inverse * z % P
        x, y = x * own % P, y * own % P
        prepared.append(((y - x) % P, (y + x) % P, x * y % P * D2 % P))
    return prepared[::-1]


def _digits(scalar: int) -> list[int]:
    """The non-adjacent form of width 7, lowest digit first: odd digits within ±63, six zeros behind each."""
    digits: list[int] = []
    while scalar:
        digit = 0
        if scalar & 1:
            digit = scalar & 127
            digit -= 128 if digit > 63 else 0
            scalar -= digit
        digits.append(digit)
        scalar >>= 1
    return digits


def _multiply(multiples: tuple[Prepared, ...], scalar: int) -> Point:
    """The scalar times the point whose odd multiples these are."""
    result = NEUTRAL
    for digit in reversed(_digits(scalar)):
        result = double(result)
        if digit > 0:
            result = add_prepared(result, multiples[digit >> 1])
        elif digit < 0:
            minus, plus, product = multiples[-digit >> 1]
            result = add_prepared(result, (plus, minus, P - product))
    return result


def _base_rows() -> list[list[Prepared]]:
    """For each of the 32 bytes of a scalar, the base point times 1 … 255 times 256 to that place."""
    y = 4 * pow(5, P - 2, P) % P
    point = decode(y.to_bytes(32, "little"))
    assert point is not None
    rows: list[list[Prepared]] = []
    for _ in range(32):
        row = [point]
        for _ in range(254):
            row.append(add(row[-1], point))
        rows.append(_prepare(row))
        point = add(row[-1], point)
    return rows


@lru_cache(maxsize=1)
def base_table() -> list[list[Prepared]]:
    """The rows of `_base_rows`, made when the first signature is checked (some 50 ms)."""
    return _base_rows()


def _add_base(point: Point, scalar: int) -> Point:
    """The point and the scalar times the base point."""
    for row, byte in zip(base_table(), scalar.to_bytes(32, "little")):
        if byte:
            point = add_prepared(point, row[byte - 1])
    return point
