"""A node for each file of tests, and a market on it for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

import assent

from .support import Market, Served, market


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path / "node")
    yield served
    served.kill()


@pytest_asyncio.fixture
async def traders(node: Served, tmp_path: Path) -> AsyncIterator[Market]:
    async with assent.Client(node.url) as client:
        yield await market(client, assent.Keyring(tmp_path / "keys"))
