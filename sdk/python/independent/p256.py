"""ES256: ECDSA over P-256 with SHA-256 (FIPS 186-5, RFC 7518 §3.4) in plain Python, for keys that live in hardware.

One encoding of each key, and of the two signatures that verify with one r the one with the smaller s.

Nothing in it is secret, so nothing runs in constant time. Signing is not here: a verifier needs none.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from ed25519 import NoKey

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

# A point in Jacobian coordinates X, Y, Z: x = X/Z², y = Y/Z³; Z = 0 is the neutral element.
Point = tuple[int, int, int]

NEUTRAL: Point = (1, 1, 0)
BASE: Point = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    1,
)


def double(point: Point) -> Point:
    """The point twice, for a = −3."""
    x, y, z = point
    delta, gamma = z * z % P, y * y % P
    beta, alpha = x * gamma % P, 3 * (x - delta) * (x + delta) % P
    third = (alpha * alpha - 8 * beta) % P
    return third, (alpha * (4 * beta - third) - 8 * gamma * gamma) % P, ((y + z) ** 2 - gamma - delta) % P


def add(one: Point, other: Point) -> Point:
    """The sum of two points, whichever they are."""
    x1, y1, z1 = one
    x2, y2, z2 = other
    if z1 == 0 or z2 == 0:
        return other if z1 == 0 else one
    s1, s2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * s2 % P, x2 * s1 % P
    v1, v2 = y1 * z2 * s2 % P, y2 * z1 * s1 % P
    h, r = (u2 - u1) % P, (v2 - v1) % P
    if h == 0:
        return double(one) if r == 0 else NEUTRAL
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x = (r * r - hhh - 2 * v) % P
    return x, (r * (v - x) - v1 * hhh) % P, z1 * z2 * h % P


@lru_cache(maxsize=1024)
def read_key(data: bytes) -> Point:
    """The point of a public key of 33 bytes. Raises `NoKey`; the order is prime, so no key is weak."""
    x = int.from_bytes(data[1:], "big")
    square = (x * x * x - 3 * x + B) % P
    y = pow(square, (P + 1) // 4, P)
    if len(data) != 33 or data[0] not in (2, 3) or x >= P or y * y % P != square:
        raise NoKey("INVALID_KEY")
    return x, y if y & 1 == data[0] & 1 else P - y, 1


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature holds and has the smaller s. Raises `NoKey` if the key is none."""
    point = read_key(key)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not 1 <= r < ORDER or not 1 <= s <= ORDER // 2:
        return False
    digest = int.from_bytes(hashlib.sha256(message).digest(), "big")
    inverse = pow(s, -1, ORDER)
    x, _, z = _sum(digest * inverse % ORDER, r * inverse % ORDER, point)
    return z != 0 and x * pow(z * z, -1, P) % P % ORDER == r


def _sum(of_base: int, of_point: int, point: Point) -> Point:
    """So many times the base point and so many times the other, bit by bit of both at once."""
    both = add(BASE, point)
    result = NEUTRAL
    for bit in range(255, -1, -1):
        result = double(result)
        chosen = (of_base >> bit & 1) | (of_point >> bit & 1) << 1
        if chosen:
            result = add(result, (BASE, point, both)[chosen - 1])
    return result
