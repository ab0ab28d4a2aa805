"""Runs what is asynchronous for those who are not: one event loop in a thread of its own, as long as a client is open."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


class Portal:
    """An event loop in a thread that ends with it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="assent", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Waits for something to be done; who is interrupted cancels it."""
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("what runs in the loop itself uses the asynchronous names")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

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
            self.run(things.aclose())

    def close(self) -> None:
        """Ends the loop and its thread."""
        if not self._loop.is_closed():
            self.run(self._loop.shutdown_asyncgens())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


async def _following(things: AsyncGenerator[T, None]) -> T:
    return await things.__anext__()
