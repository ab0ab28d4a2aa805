"""The one place that sends: bounded answers, problems read, what is safe to repeat tried again."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeVar

import httpx

from .errors import AssentError, BadAnswer, Conflict, Refused, Unreachable

#: The most that is read of an answer, in bytes.
ANSWER_BYTES_MAX = 32 * 1024 * 1024
#: Bytes of the largest event: a message of the largest statement, and what surrounds it.
EVENT_BYTES_MAX = 1024 * 1024
#: How often a request that is safe to repeat is sent.
ATTEMPTS_MAX = 5
#: Half of the wait before the first repetition, in seconds; it doubles with each, and up to as much is added by chance.
BACKOFF = 0.1
#: The longest wait that a node can ask for, in seconds.
RETRY_AFTER_MAX = 10.0
#: How long an answer may take, in seconds: longer than the longest long poll.
ANSWER_TIME = 60.0
#: How long nothing may come of an event stream, in seconds; the node's heartbeats are more frequent.
SILENCE = 45.0
#: How long connecting may take, in seconds.
CONNECT_TIME = 10.0

#: What is meant where only the head of an answer was asked for.
_UNSAID = {401: "UNAUTHENTICATED", 403: "NOT_PERMITTED", 404: "NOT_FOUND", 429: "RATE_LIMITED"}

Params = Mapping[str, Any]
#: Not the generator of the program, which may be seeded.
_CHANCE = random.SystemRandom()

T = TypeVar("T")


class Failure(Exception):
    """An error, and how long the node asks to be left alone."""

    def __init__(self, error: AssentError, retry_after: float = 0.0) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after = retry_after

    @property
    def unauthorised(self) -> bool:
        """Whether the token or what was asked for it was refused."""
        return isinstance(self.error, Refused) and self.error.status == 401


class Transport:
    """A connection pool to one node."""

    def __init__(self, url: str, http: httpx.AsyncClient | None = None) -> None:
        parsed = httpx.URL(url)
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise ValueError(f"{url}: an address begins with http:// or https://")
        if parsed.query or parsed.fragment or parsed.userinfo:
            raise ValueError(f"{url}: an address has no name, query or fragment")
        #: As it is sent, so that proofs name the address that the node sees.
        self.base = str(parsed).rstrip("/")
        self._own = http is None
        self.http = http or httpx.AsyncClient(
            timeout=httpx.Timeout(ANSWER_TIME, connect=CONNECT_TIME),
            # Each session that is listened to has a connection of its own.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
            # Signed requests name their address; following elsewhere would only fail later.
            follow_redirects=False,
            headers={"user-agent": "assent-python/0.1.0"},
        )

    async def aclose(self) -> None:
        """Ends its connections, unless they are the caller's."""
        if self._own:
            await self.http.aclose()

    def url(self, path: str) -> str:
        """The full address of a path."""
        return f"{self.base}{path}"

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: bytes | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Sends once.

        :raises Failure: whatever went wrong.
        """
        headers = dict(headers or {})
        if body is not None:
            headers.setdefault("content-type", "application/json")
        request = self.http.build_request(
            method, self.url(path), params=params or None, content=body, data=form, headers=headers
        )
        async with self._open(request) as response:
            return await _bounded(response)

    async def repeat(self, method: str, path: str, **how: Any) -> bytes:
        """Sends the same until it is answered, a few times at most: for what is safe to repeat."""
        attempts = Attempts()
        while True:
            try:
                return await self.send(method, path, **how)
            except Failure as failure:
                await attempts.again(failure)

    async def events(self, path: str, params: Params | None, headers: Mapping[str, str]) -> AsyncGenerator[bytes, None]:
        """The data of each event (WHATWG HTML §9.2), until the connection ends.

        :raises Failure: when it ends, however it does.
        """
        timeout = httpx.Timeout(SILENCE, connect=CONNECT_TIME)
        wanted = {"accept": "text/event-stream", **headers}
        request = self.http.build_request("GET", self.url(path), params=params or None, headers=wanted, timeout=timeout)
        async with self._open(request) as response:
            buffer = bytearray()
            async for chunk in response.aiter_bytes():
                buffer += chunk
                while (end := buffer.find(b"\n\n")) >= 0:
                    event = bytes(buffer[:end])
                    del buffer[: end + 2]
                    if (data := _data(event)) is not None:
                        yield data
                if len(buffer) > 2 * EVENT_BYTES_MAX:
                    raise Failure(BadAnswer("an event without an end"))
        raise Failure(Unreachable("the stream ended"))

    @asynccontextmanager
    async def _open(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        """An answer that says yes; what it says otherwise, and what breaks while it is read, is a failure."""
        try:
            response = await self.http.send(request, stream=True)
            try:
                if not response.is_success:
                    raise _problem(response, await _bounded(response))
                yield response
            finally:
                await response.aclose()
        except (httpx.RequestError, httpx.StreamError) as error:
            raise Failure(Unreachable(str(error) or type(error).__name__)) from error


async def _bounded(response: httpx.Response) -> bytes:
    answer = bytearray()
    async for chunk in response.aiter_bytes():
        answer += chunk
        if len(answer) > ANSWER_BYTES_MAX:
            raise Failure(BadAnswer(f"more than {ANSWER_BYTES_MAX} bytes"))
    return bytes(answer)


def _data(event: bytes) -> bytes | None:
    """The data of an event; comments and events of other kinds have none."""
    for line in event.split(b"\n"):
        if line.startswith(b"data:"):
            return line[5:].removeprefix(b" ")
    return None


def _problem(response: httpx.Response, answer: bytes) -> Failure:
    if response.request.method == "HEAD" and response.status_code in _UNSAID:
        return Failure(Refused({"code": _UNSAID[response.status_code], "status": response.status_code}))
    try:
        retry_after = float(response.headers.get("retry-after", "0"))
    except ValueError:
        # The other form, a date, would need the node's clock; our own count does.
        retry_after = 0.0
    try:
        problem = json.loads(answer)
        if isinstance(problem, dict) and isinstance(problem.get("code"), str):
            conflict = problem["code"] == "SEQUENCE_CONFLICT"
            return Failure(Conflict(problem) if conflict else Refused(problem), retry_after)
    except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError):
        # No problem of a node's.
        pass
    if response.status_code in (502, 503, 504):
        # Something between here and the node, which cannot tell what the node did.
        return Failure(Unreachable(f"a gateway answers {response.status_code}"), retry_after)
    return Failure(BadAnswer(f"status {response.status_code} without a problem"))


class Attempts:
    """Counts how often something was tried."""

    def __init__(self) -> None:
        self._count = 0

    async def again(self, failure: Failure) -> None:
        """Waits, if trying again can help after this failure; else raises its error."""
        self._count += 1
        if self._count >= ATTEMPTS_MAX or not _can_help(failure.error):
            raise failure.error from failure
        await asyncio.sleep(max(backoff(self._count), min(failure.retry_after, RETRY_AFTER_MAX)))


def _can_help(error: AssentError) -> bool:
    """Whether the same bytes may succeed in a moment."""
    if isinstance(error, Unreachable):
        return True
    return isinstance(error, Refused) and (error.status == 503 or error.code == "INTERNAL")


def backoff(attempt: int) -> float:
    """The wait before a repetition by our own count, in seconds."""
    least = BACKOFF * float(1 << min(attempt, 6))
    return least + least * _CHANCE.random()


async def resumed(
    connect: Callable[[], AsyncGenerator[bytes, None]],
    forget_token: Callable[[], None],
) -> AsyncGenerator[bytes, None]:
    """The events of a stream that is connected anew whenever it breaks, for however long that takes.

    An event counts as heard when the next is asked for, so what ``connect`` resumes after is what was really handled.
    """
    failures, renewed = 0, False
    while True:
        try:
            async with aclosing(connect()) as events:
                async for data in events:
                    yield data
                    failures, renewed = 0, False
        except Failure as failure:
            if failure.unauthorised and not renewed:
                # A node that began anew has forgotten its tokens.
                renewed = True
                forget_token()
                continue
            if not _is_away(failure.error):
                raise failure.error from failure
            failures += 1
            await asyncio.sleep(max(backoff(failures), min(failure.retry_after, RETRY_AFTER_MAX)))


async def answered(ask: Callable[[], Awaitable[T]]) -> T:
    """What is asked while a stream is listened to: again and again, for however long the node is away."""
    failures = 0
    while True:
        try:
            return await ask()
        except AssentError as error:
            if not _is_away(error):
                raise
            failures += 1
            await asyncio.sleep(backoff(failures))


def _is_away(error: AssentError) -> bool:
    """Whether the node is only away: it is not heard, or says that it cannot at present."""
    return isinstance(error, Unreachable) or (isinstance(error, Refused) and error.status == 503)
