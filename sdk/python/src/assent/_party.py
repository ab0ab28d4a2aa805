"""What organisations and agents share: signing, handing in, and reading what is theirs."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from . import _core
from ._node import STREAMS_MAX, Node, Receipt, formed, held, loaded, other_log
from ._transport import Attempts, Failure, Params
from .errors import BadAnswer, Conflict, Refused
from .guard import Guard, Intent
from .keys import AgentKey

#: How often a statement is signed anew because the node said what it found.
CONFLICTS_MAX = 3
#: Pages of one list, at most: who answers without an end is no node.
PAGES_MAX = 10_000
#: Statements that are kept of a stream and of all that it rests on, at most.
STATEMENTS_MAX = 1_000_000
#: A token is renewed this long before it expires, in seconds.
MARGIN = 30.0

Head = tuple[int, str]


class Party:
    """Somebody with a key at a node."""

    def __init__(
        self, node: Callable[[], Awaitable[Node]], issuer: str, key: AgentKey, guard: Guard | None = None
    ) -> None:
        self._node = node
        self.issuer = issuer
        self.key = key
        self.guard = guard
        #: Where what it says belongs in a distributed trace.
        self.trace: str | None = None
        # What the token is bound to: made anew for each party and never stored.
        self._dpop = _core.SecretKey.from_seed(secrets.token_bytes(32))
        self._token: str | None = None
        self._until = 0.0
        self._lock = asyncio.Lock()

    async def node(self) -> Node:
        """The node, connected to if it was not."""
        return await self._node()

    async def sign(
        self,
        stream: str,
        kind: str,
        body: Mapping[str, Any],
        head: Head | None,
        *,
        reply: str | None = None,
        others: Sequence[AgentKey] = (),
        intent: Intent | None = None,
        seal: str | None = None,
    ) -> _core.Statement:
        """Makes and signs a statement, if the guard allows it. The only place that does."""
        node = await self.node()
        if self.guard is not None:
            self.guard.check(intent or Intent(type=kind, body=body, agent=self.issuer))
        with formed():
            return _core.sign(
                stream=stream,
                audience=node.origin,
                issuer=self.issuer,
                kind=kind,
                body=json.dumps(body, allow_nan=False),
                head=head,
                issued_at_ms=node.now_ms(),
                random=secrets.token_bytes(10),
                keys=[key._secret for key in (self.key, *others)],
                in_reply_to=reply,
                trace=self.trace,
                seal=seal,
            )

    async def say(
        self,
        stream: str,
        kind: str,
        body: Mapping[str, Any],
        head: Head | None = None,
        others: Sequence[AgentKey] = (),
        *,
        reply: str | None = None,
        intent: Intent | None = None,
    ) -> Receipt:
        """Makes, signs and hands in. Where the node alone spoke in between, it is signed anew."""
        node = await self.node()
        for _ in range(CONFLICTS_MAX):
            try:
                return await node.submit(
                    await self.sign(stream, kind, body, head, reply=reply, others=others, intent=intent)
                )
            except Conflict as conflict:
                newer = conflict.head
                if head is None or newer is None:
                    raise
                between = await self.chained(stream, head[0])
                if not all(_core.issuer_kind(message.issuer) == "node" for message in between):
                    raise
                head = newer
        raise Conflict.unread("the stream moves faster than it can be written to")

    async def ask(
        self, method: str, path: str, *, params: Params | None = None, body: Mapping[str, Any] | None = None
    ) -> bytes:
        """Asks something in this party's name; a token that the node forgot is renewed once. It may be asked twice."""
        return await self._asked(Attempts(), method, path, params, _content(body))

    async def put(self, path: str, content: bytes) -> None:
        """Puts bytes under an address that names them, so that it may be done twice."""
        await self._asked(Attempts(), "PUT", path, None, content, "application/octet-stream")

    async def is_there(self, path: str) -> bool:
        """Whether there is anything at an address."""
        try:
            await self.ask("HEAD", path)
        except Refused as refused:
            if refused.status != 404:
                raise
            return False
        return True

    async def ask_once(self, method: str, path: str, body: Mapping[str, Any]) -> bytes:
        """The same of what costs something each time: once it may have been heard it is not asked again."""
        return await self._asked(None, method, path, None, _content(body))

    async def _asked(
        self,
        attempts: Attempts | None,
        method: str,
        path: str,
        params: Params | None,
        content: bytes | None,
        kind: str = "application/json",
    ) -> bytes:
        node, renewed = await self.node(), False
        while True:
            try:
                headers = await self.headers(method, path)
                if content is not None:
                    headers["content-type"] = kind
                return await node.transport.send(method, path, params=params, body=content, headers=headers)
            except Failure as failure:
                if failure.unauthorised and not renewed:
                    renewed = True
                    self.forget_token()
                elif attempts is not None:
                    await attempts.again(failure)
                else:
                    raise failure.error from failure

    async def get(self, path: str, params: Params | None = None) -> dict[str, Any]:
        """Reads an object that is this party's own."""
        return loaded(await self.ask("GET", path, params=params))

    async def entries(self, path: str, name: str, params: Params | None = None) -> AsyncGenerator[dict[str, Any], None]:
        """The entries of a list, page by page, as far as one looks."""
        asked = dict(params or {})
        for _ in range(PAGES_MAX):
            page = await self.get(path, asked)
            for entry in page.get(name, ()):
                if not isinstance(entry, dict):
                    raise BadAnswer("the answer is not a node's: an entry that is no object")
                yield entry
            if not (token := page.get("nextPageToken")):
                return
            asked["pageToken"] = token
        raise BadAnswer(f"the list {path} has more than {PAGES_MAX} pages")

    async def chained(self, stream: str, after: int | None = None) -> list[_core.Logged]:
        """The statements of a stream that this party may read: without a gap; who signed is not checked."""
        node = await self.node()
        if stream.startswith(("org:", "agent:")):
            return await node.public(stream, after)
        return await node.chained(self._page, stream, after)

    async def rested(self, stream: str, read: dict[str, list[_core.Logged]]) -> list[_core.Logged]:
        """The statements of a stream and of all that they rest on, in the order of the log; who signed is not checked.

        ``read`` has what was read before, and takes what is new.
        """
        streams, following = [stream], 0
        # The first comes first, so that whatever it rests on is at least as recent.
        while following < len(streams):
            name = streams[following]
            following += 1
            known = read.setdefault(name, [])
            last = known[-1] if known else None
            # From the last that is known on, so that a node which takes it back is found.
            after = last.sequence - 1 if last is not None and last.sequence > 0 else None
            new = await self.chained(name, after)
            if last is not None and (not new or new.pop(0).hash != last.hash):
                raise other_log()
            if sum(map(len, read.values())) + len(new) > STATEMENTS_MAX:
                raise BadAnswer(f"the stream {stream} rests on more than {STATEMENTS_MAX} statements")
            known += new
            for logged in known:
                for needed in logged.needs():
                    if needed not in streams and len(streams) < STREAMS_MAX:
                        streams.append(needed)
        everything = [logged for name in streams for logged in read[name]]
        return sorted(everything, key=lambda logged: logged.log_index)

    async def opening(self, stream: str) -> _core.Logged:
        """The statement that opens a stream; who signed is not checked."""
        with held():
            messages, _ = _core.read_page(await self._page({"stream": stream, "limit": "1"}))
            (first,) = messages
        return first

    async def _page(self, params: dict[str, str]) -> bytes:
        return await self.ask("GET", "/v1/statements", params=params)

    def forget_token(self) -> None:
        """Forgets the token, which the node no longer takes."""
        self._token = None

    async def headers(self, method: str, path: str) -> dict[str, str]:
        """A token, and the proof of its key for one request."""
        node, token = await self.node(), await self._valid_token()
        return {"authorization": f"DPoP {token}", "dpop": self._proof(node, method, path, token)}

    async def _valid_token(self) -> str:
        async with self._lock:
            if self._token is not None and time.monotonic() < self._until:
                return self._token
            node, attempts = await self.node(), Attempts()
            while True:
                unique = secrets.token_bytes(16)
                form = {
                    "grant_type": "client_credentials",
                    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    "client_assertion": _core.assertion(
                        self.issuer, self.key._secret, node.origin, node.now_ms(), unique
                    ),
                }
                headers = {"dpop": self._proof(node, "POST", "/oauth/token", None)}
                try:
                    answer = loaded(await node.transport.send("POST", "/oauth/token", form=form, headers=headers))
                    break
                except Failure as failure:
                    await attempts.again(failure)
            with held():
                token, lasts = str(answer["access_token"]), min(float(answer["expires_in"]), 86_400.0)
            self._token, self._until = token, time.monotonic() + max(0.0, lasts - MARGIN)
            return token

    def _proof(self, node: Node, method: str, path: str, token: str | None) -> str:
        url = node.transport.url(path)
        return _core.proof(self._dpop, method, url, token, node.now_ms(), secrets.token_bytes(16))


def _content(body: Mapping[str, Any] | None) -> bytes | None:
    return None if body is None else json.dumps(body).encode()


def head_of(view: Mapping[str, Any]) -> Head:
    """The head of a stream as a view of it tells."""
    with held():
        head = view["head"]
        return int(head["sequence"]), str(head["hash"])
