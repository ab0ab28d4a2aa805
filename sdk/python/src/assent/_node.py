"""What is known of a node, and what its statements are held against: its key, its clock, the keys of whoever speaks."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from . import _core
from ._transport import Transport
from .errors import BadAnswer, Invalid, Unverified

T = TypeVar("T")

#: Differences between the clocks up to this are left alone, in milliseconds: the node allows for more.
TOLERATED_MS = 30_000
#: For how long keys that were read are taken for all that an issuer has, in seconds: they may have been revoked since.
KEYS_KEPT = 60.0
#: Streams that one session can rest on; more than any has.
STREAMS_MAX = 256
#: Bytes of one stream that are read at once, at most: who answers without an end is no node.
STREAM_BYTES_MAX = 512 * 1024 * 1024


@contextmanager
def held() -> Iterator[None]:
    """Whatever the core finds wrong with an answer is an error of this package."""
    try:
        yield
    except _core.Unverifiable as error:
        raise Unverified(f"the answer does not verify: {error}") from error
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise BadAnswer(f"the answer is not a node's: {error!r}") from error


def told(read: Callable[[dict[str, Any]], T], raw: dict[str, Any]) -> T:
    """What an object of the API says, read into a type; what does not fit is an error of this package."""
    with held():
        return read(raw)


def other_log() -> Unverified:
    """What is raised where less is there than was there before."""
    return Unverified("the answer does not verify: the log is not the one that was followed before")


@contextmanager
def formed() -> Iterator[None]:
    """Whatever the core finds wrong with what is to be signed is an error of this package."""
    try:
        yield
    except _core.Rejected as error:
        raise Invalid(*error.args) from None


def loaded(answer: bytes) -> dict[str, Any]:
    """An object of the API."""
    with held():
        value = json.loads(answer)
    if not isinstance(value, dict):
        raise BadAnswer("the answer is not a node's: no object")
    return value


@dataclass(frozen=True)
class Receipt:
    """What the node signed when it took a statement in; verified under the node's key."""

    #: The hash of the statement.
    statement: str
    #: Its stream; of a session that it opens, the session.
    stream: str
    #: Its place in its stream.
    sequence: int
    #: Its place in the log.
    log_index: int
    #: When it was taken in: what deadlines count from.
    log_time: str
    #: The node's own words.
    raw: bytes


class Node:
    """A node as connecting found it."""

    def __init__(self, transport: Transport, configuration: dict[str, Any], offset_ms: int) -> None:
        self.transport = transport
        self.configuration = configuration
        self.origin: str = configuration["origin"]
        self.key: str = configuration["nodeKey"]
        self._offset_ms = offset_ms
        self.authors = Authors(self)

    @classmethod
    async def connect(cls, transport: Transport, pinned: str | None) -> Node:
        """Reads the log's name and key, and how far this machine's clock is from the node's."""
        before = now_ms()
        configuration = loaded(await transport.repeat("GET", "/.well-known/asp-configuration"))
        after = now_ms()
        try:
            theirs, key = _core.millis(configuration["time"]), configuration["nodeKey"]
            _core.issuer_kind(f"node:{configuration['origin']}")
        except (KeyError, ValueError) as error:
            raise BadAnswer(f"what answers is no node: {error}") from error
        if pinned is not None and key != pinned:
            raise Unverified(f"the node has the key {key}, and {pinned} was expected")
        ahead, behind = max(0, before - theirs), max(0, theirs - after)
        offset = (behind if behind > TOLERATED_MS else 0) - (ahead if ahead > TOLERATED_MS else 0)
        return cls(transport, configuration, offset)

    def now_ms(self) -> int:
        """The present by the node's clock, near enough, in milliseconds since 1970."""
        return now_ms() + self._offset_ms

    async def submit(self, statement: _core.Statement) -> Receipt:
        """Hands a statement in, again and again while the node cannot be reached, and verifies the receipt."""
        answer = await self.transport.repeat("POST", "/v1/statements", body=statement.envelope)
        with held():
            index, time_ = _core.check_receipt(answer, self.key, self.origin, statement)
        return Receipt(statement.hash, statement.stream, statement.sequence, index, time_, answer)

    async def public(self, stream: str, after: int | None = None) -> list[_core.Logged]:
        """The statements of a stream that anybody may read: without a gap; who signed is not checked."""
        return await self.chained(self._public_page, stream, after)

    async def _public_page(self, params: dict[str, str]) -> bytes:
        return await self.transport.repeat("GET", "/v1/statements", params=params)

    async def chained(
        self, page: Callable[[dict[str, str]], Awaitable[bytes]], stream: str, after: int | None
    ) -> list[_core.Logged]:
        """The statements of a stream after a place, page by page, without a gap."""
        chain = _core.Chain(self.origin, stream, after)
        everything: list[_core.Logged] = []
        size = 0
        while True:
            params = {"stream": stream} if after is None else {"stream": stream, "after": str(after)}
            with held():
                answer = await page(params)
                size += len(answer)
                if size > STREAM_BYTES_MAX:
                    raise BadAnswer(f"the stream {stream} has more than {STREAM_BYTES_MAX} bytes")
                messages, following = _core.read_page(answer)
                for message in messages:
                    chain.take(message)
            everything += messages
            if following is None:
                return everything
            if not messages:
                raise BadAnswer("an empty page that is not the last")
            after = chain.last

    def world(self, messages: list[_core.Logged]) -> _core.World:
        """What follows from statements, judged in the order of the log."""
        world = _core.World(self.origin, self.key)
        with held():
            for message in sorted(messages, key=lambda message: message.log_index):
                world.take(message)
        return world


class Authors:
    """The keys of issuers, as their own streams have them; read when one is met that is not known, or not lately."""

    def __init__(self, node: Node) -> None:
        self._node = node
        # With the time from when on they are read anew.
        self._known: dict[str, tuple[_core.Keys, float]] = {}
        self._lock = asyncio.Lock()

    async def check(self, message: _core.Logged) -> None:
        """Checks that the issuer signed, with a key that was its own at this place of the log, for this log."""
        issuer, node = message.issuer, self._node
        if message.audience != node.origin:
            raise Unverified("the answer does not verify: a statement of another log")
        if _core.issuer_kind(issuer) == "node":
            if issuer != f"node:{node.origin}" or not message.signed_by(node.key):
                raise _strange(message)
            return
        async with self._lock:
            known, until = self._known.get(issuer, (None, 0.0))
            if known is not None and time.monotonic() < until and known.signed(message):
                return
            keys = await self._renewed(issuer)
        if not keys.signed(message):
            raise _strange(message)

    async def current(self, issuer: str) -> list[str]:
        """The keys that an agent or organisation can sign with now, read afresh: one may have been revoked since."""
        async with self._lock:
            return (await self._renewed(issuer)).current()

    async def _renewed(self, issuer: str) -> _core.Keys:
        until = time.monotonic() + KEYS_KEPT
        keys = await self._read(issuer)
        self._known[issuer] = (keys, until)
        return keys

    async def _read(self, issuer: str) -> _core.Keys:
        """The keys of an agent or organisation, replayed from its public stream."""
        messages, domain = [], issuer
        if _core.issuer_kind(issuer) == "agent":
            messages += await self._node.public(f"agent:{issuer}")
            domain = _core.agent_parts(issuer)[0]
        # Read last, so that what the agent's stream rests on is there.
        messages += await self._node.public(f"org:{domain}")
        keys = self._node.world(messages).keys(issuer)
        if keys is None:
            raise Unverified(f"the answer does not verify: {issuer} signs but is not registered")
        return keys


def _strange(message: _core.Logged) -> Unverified:
    return Unverified(
        f"the answer does not verify: the statement at {message.log_index} is not signed by {message.issuer}"
    )


def now_ms() -> int:
    """The present by this machine's clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000
