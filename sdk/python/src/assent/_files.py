"""Files in sessions that the node cannot read: shut here, kept by the node in chunks, put together where they are fetched."""

from __future__ import annotations

import asyncio
import json
import mimetypes
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from . import _core
from ._node import held
from ._sealed import in_vault
from .errors import FileFault, Refused, Unverified

if TYPE_CHECKING:
    from ._party import Party

#: How long to wait where the node says that its organisation has sent enough for now, in seconds.
SHARE_WAIT = 1.0
#: How often that is waited out for one chunk.
SHARE_WAITS_MAX = 60
#: Bytes of the largest file.
BYTES_MAX = 64 * 1024 * 1024

T = TypeVar("T")


class Chunks:
    """The chunks of a session at its node, each under its digest."""

    def __init__(self, party: Party, session_path: str) -> None:
        self._party = party
        self._path = f"{session_path}/chunks"

    def _of(self, digest: str) -> str:
        return f"{self._path}/{_core.hash_digits(digest)}"

    async def put(self, digest: str, content: bytes) -> None:
        """Puts one, unless it is there already: what broke off can be done again."""
        path, waits = self._of(digest), 0
        while True:
            try:
                if not await self._party.is_there(path):
                    await self._party.put(path, content)
                return
            except Refused as refused:
                waits += 1
                if refused.code != "RATE_LIMITED" or waits > SHARE_WAITS_MAX:
                    raise
                await asyncio.sleep(SHARE_WAIT)

    async def get(self, digest: str) -> bytes:
        """Gets one, checked to be the one that its digest names."""
        content = await self._party.ask("GET", self._of(digest))
        if _core.digest(content) != digest:
            raise Unverified("the answer does not verify: a chunk under another's digest")
        return content


async def send(
    chunks: Chunks, vault: _core.Vault, session: str, path: Path, name: str | None, media_type: str | None
) -> dict[str, Any]:
    """Puts a file's chunks; gives what names it and opens it."""
    called, kind = name or path.name, media_type or mimetypes.guess_type(path.name)[0]
    try:
        # Before anything is put that nothing would name.
        _core.check_attachment(called, kind)
    except ValueError as error:
        raise FileFault("ATTACHMENT_INVALID", str(error)) from None
    content = await asyncio.to_thread(_read, path)
    sealer = await in_vault(_core.FileSealer, vault, session, content)
    while (chunk := await _on(sealer.next)) is not None:
        await chunks.put(*chunk)
    attachment: dict[str, Any] = json.loads(await _on(lambda: sealer.attachment(called, kind)))
    return attachment


async def fetch(chunks: Chunks, attachment: dict[str, Any], path: Path) -> None:
    """Fetches a file to a path, where it stands when it is whole and the one that was sent."""
    with held():
        text = json.dumps(attachment)
    fetching = await _on(lambda: _core.FileFetching(text, path))
    while (digest := fetching.wanted()) is not None:
        content = await chunks.get(digest)
        await _on(partial(fetching.take, content))
    await _on(fetching.finish)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # Of one that is too large no more than shows it.
            return file.read(BYTES_MAX + 1)
    except OSError as error:
        raise FileFault("FILE_UNREADABLE", f"{path}: {error.strerror}") from error


async def _on(work: Callable[[], T]) -> T:
    """Does something with a file in a thread."""
    try:
        return await asyncio.to_thread(work)
    except _core.FileFault as fault:
        raise FileFault(*fault.args) from None
