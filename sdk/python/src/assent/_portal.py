"""Runs what is asynchronous for those who are not: one event loop in a thread of its own, as long as a client is open.

The handler of a signal raises between any two steps of the main thread (`KeyboardInterrupt`). So the loop never takes
a lock that a waiting thread holds while it runs Python: `threading.Event` has one, which an exception can leave taken.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import AsyncGenerator, Coroutine, Iterator
from contextlib import suppress
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
        self._thread = threading.Thread(target=self._live, name="assent", daemon=True)
        # Nothing is begun behind the closing, where nobody would end it. Reentrant: while it is held, garbage may be
        # collected, and with it what was iterated and is to be ended here.
        self._lock = threading.RLock()
        self._closed = False
        self._thread.start()

    def _live(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Waits for something to be done; who is interrupted cancels it and waits for its end.

        :raises Unreachable: if the client is closed before it is done.
        """
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("what runs in the loop itself uses the asynchronous names")
        begun = _Begun(work)
        try:
            with self._lock:
                if self._closed:
                    work.close()
                    raise Closed("the client is closed")
                begun.ask(self._loop)
            begun.wait()
        except Closed:
            raise
        except BaseException:
            self._abandon(begun)
            raise
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
            # Garbage is collected in any thread. A loop that waited here might wait for itself; it needs not, because
            # an asynchronous generator that nobody has any more is ended by its own loop.
            if not _in_a_loop():
                # Closing ends it, too; nobody asks for anything any more, and what does not let go keeps nobody.
                with suppress(Exception):
                    self.run(asyncio.wait_for(things.aclose(), SETTLING))

    def close(self, last: Coroutine[Any, Any, object] | None = None) -> None:
        """Ends whatever is still waited for, does what is to be done last, and ends the loop and its thread."""
        ending = _Begun(self._end(last))
        try:
            with self._lock:
                closed, self._closed = self._closed, True
                if not closed:
                    ending.ask(self._loop)
            if closed:
                ending.drop()
                if last is not None:
                    last.close()
                return
            ending.wait()
            ending.outcome()
        except BaseException:
            self._abandon(ending)
            # If it is not closed already: it may not have heard what it was asked.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._loop.stop)
            raise
        self._thread.join()

    def _abandon(self, begun: _Begun[Any]) -> None:
        """Ends what was begun, or may have been, and waits a while for its end."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(begun.cancel)
            begun.wait(SETTLING)

    async def _end(self, last: Coroutine[Any, Any, object] | None) -> None:
        try:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            if others:
                await asyncio.wait(others, timeout=SETTLING)
            if last is not None:
                await _bounded(last)
        finally:
            try:
                await _bounded(self._loop.shutdown_asyncgens())
            finally:
                # After this step, and with those who are told that it ended.
                self._loop.call_soon(self._loop.stop)


class _Begun(Generic[T]):
    """Work in the loop, for whoever waits for it in another thread."""

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self._work = work
        self._task: asyncio.Task[T] | None = None
        self._ended = False
        # Free once it has ended. To take it is one step of the interpreter, and whether it was taken matters to nobody.
        self._gate = threading.Lock()
        self._gate.acquire()

    def ask(self, loop: asyncio.AbstractEventLoop) -> None:
        """Has the loop begin it."""
        loop.call_soon_threadsafe(self._begin, loop)

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._ended:
            self._task = loop.create_task(self._work)
            self._task.add_done_callback(self._end)

    def _end(self, _: object = None) -> None:
        self._ended = True
        self._gate.release()

    def wait(self, most: float = math.inf) -> None:
        """Waits for its end, so many seconds at most."""
        until = time.monotonic() + most
        while not self._ended and (left := until - time.monotonic()) > 0:
            self._gate.acquire(timeout=min(left, LOOKING_UP))

    def cancel(self) -> None:
        """Cancels it, in the loop; it may not have begun."""
        if self._task is not None:
            self._task.cancel()
        elif not self._ended:
            self.drop()
            self._end()

    def drop(self) -> None:
        """Forgets what was never begun."""
        self._work.close()

    def outcome(self) -> T:
        """What came of it, when it has ended."""
        if self._task is None or self._task.cancelled():
            raise Unreachable("the client was closed meanwhile")
        return self._task.result()


async def _following(things: AsyncGenerator[T, None]) -> T:
    return await things.__anext__()


async def _bounded(work: Coroutine[Any, Any, object]) -> None:
    """What is done at the end keeps nobody either."""
    with suppress(TimeoutError, asyncio.TimeoutError):
        await asyncio.wait_for(work, SETTLING)


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
