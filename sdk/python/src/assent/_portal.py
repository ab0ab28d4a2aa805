"""Runs what is asynchronous for those who are not: one event loop in a thread of its own, as long as a client is open."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Generic, TypeVar

from .errors import Unreachable

#: How long is waited for what was cancelled, in seconds.
SETTLING = 10.0
#: How often who waits looks up, in seconds: a signal that comes just before the waiting begins does not end it.
LOOKING_UP = 0.5

T = TypeVar("T")


class Closed(RuntimeError):
    """A client is used that was closed."""


class Portal:
    """An event loop in a thread that ends with it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="assent", daemon=True)
        # Nothing is begun behind the closing, where nobody would end it.
        self._lock = threading.Lock()
        self._closed = False
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Waits for something to be done; who is interrupted cancels it and waits for its end.

        :raises Unreachable: if the client is closed before it is done.
        """
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("what runs in the loop itself uses the asynchronous names")
        begun = _Begun(work)
        with self._ending(begun):
            with self._lock:
                if self._closed:
                    work.close()
                    raise Closed("the client is closed")
                begun.ask(self._loop)
            begun.wait()
        return begun.outcome()

    def iterate(self, things: AsyncGenerator[T, None]) -> Iterator[T]:
        """What comes, one after the other, for as long as one asks."""
        try:
            while True:
                try:
                    thing = self.run(_following(things))
                except StopAsyncIteration:
                    return
                yield thing
        finally:
            # Closing ends what is iterated, too; a connection that does not let go keeps nobody.
            with suppress(Closed, TimeoutError, asyncio.TimeoutError):
                self.run(asyncio.wait_for(things.aclose(), SETTLING))

    def close(self, last: Coroutine[Any, Any, object] | None = None) -> None:
        """Ends whatever is still waited for, does what is to be done last, and ends the loop and its thread."""
        with self._lock:
            if self._closed:
                if last is not None:
                    last.close()
                return
            self._closed = True
        try:
            ending = _Begun(self._end(last))
            with self._ending(ending):
                ending.ask(self._loop)
                ending.wait()
            ending.outcome()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    @contextmanager
    def _ending(self, begun: _Begun[Any]) -> Iterator[None]:
        """Ends what was begun when who waits for it is interrupted."""
        try:
            yield
        except BaseException:
            if begun.asked:
                self._loop.call_soon_threadsafe(begun.cancel)
                begun.ended.wait(SETTLING)
            raise

    async def _end(self, last: Coroutine[Any, Any, object] | None) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=SETTLING)
        try:
            if last is not None:
                await last
        finally:
            await self._loop.shutdown_asyncgens()


class _Begun(Generic[T]):
    """Work in the loop, for whoever waits for it in another thread."""

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self.ended = threading.Event()
        self.asked = False
        self._work = work
        self._task: asyncio.Task[T] | None = None

    def ask(self, loop: asyncio.AbstractEventLoop) -> None:
        """Has the loop begin it."""
        self.asked = True
        loop.call_soon_threadsafe(self._begin, loop)

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._task = loop.create_task(self._work)
        self._task.add_done_callback(lambda _: self.ended.set())

    def wait(self) -> None:
        """Waits for its end."""
        while not self.ended.wait(LOOKING_UP):
            pass

    def cancel(self) -> None:
        """Cancels it, in the loop, which has begun it."""
        if self._task is not None:
            self._task.cancel()

    def outcome(self) -> T:
        """What came of it, when it has ended."""
        if self._task is None or self._task.cancelled():
            raise Unreachable("the client was closed meanwhile")
        return self._task.result()


async def _following(things: AsyncGenerator[T, None]) -> T:
    return await things.__anext__()
