"""Writes `src/assent/sync.py`: the public methods of the asynchronous classes, each under the same name, blocking.

`python tools/facade.py` writes it, `--check` says whether it has drifted.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "src/assent"
TARGET = PACKAGE / "sync.py"

HEADER = '''"""The same without ``await``.

``assent.sync.Client`` and all that it gives have the same names and the same arguments, and block; iteration is a plain
``for``. What is only data is the same class. Written by ``tools/facade.py`` from the asynchronous classes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import agent as _agent
from . import client as _client
from . import dispute as _dispute
from . import inbox as _inbox
from . import organisation as _organisation
from . import session as _session
from ._node import Receipt
from ._portal import Portal
from .dispute import Exhibit
from .guard import Guard
from .keys import AgentKey
from .message import Commitment, Found, Message, Trust, View
from .session import PackageLike, Said
from .terms import Money
'''

#: What each class is written from: its file, what its document says, and what is written by hand.
CLASSES = {
    "Session": (
        "session",
        "A session of one agent: ``for message in session`` gives what is said, as it is said, and ends with it.",
        '''
    def __init__(self, portal: Portal, inner: _session.Session) -> None:
        self._portal, self._inner = portal, inner

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        """Leaving the block ends nothing in the protocol: see :meth:`close` and :meth:`leave`."""

    def __iter__(self) -> Iterator[Message]:
        return self._portal.iterate(self._inner.__aiter__())

    @property
    def id(self) -> str:
        """Its id, ``sha256:…``."""
        return self._inner.id

    @property
    def agent(self) -> Agent:
        """Who takes part by this handle."""
        return Agent(self._portal, self._inner.agent)
''',
    ),
    "Organisation": (
        "organisation",
        "An organisation at a node.",
        '''
    def __init__(self, portal: Portal, inner: _organisation.Organisation) -> None:
        self._portal, self._inner = portal, inner

    @property
    def domain(self) -> str:
        """Its domain."""
        return self._inner.domain
''',
    ),
    "Dispute": (
        "dispute",
        "A dispute as one agent takes part in it.",
        '''
    def __init__(self, portal: Portal, inner: _dispute.Dispute) -> None:
        self._portal, self._inner = portal, inner

    @property
    def id(self) -> str:
        """Its id, ``sha256:…``."""
        return self._inner.id
''',
    ),
    "InboxMessage": (
        "inbox",
        "A message that this worker has in hand until its lease ends; ``message`` is what was said.",
        '''
    def __init__(self, portal: Portal, inner: _inbox.InboxMessage) -> None:
        self._portal, self._inner = portal, inner

    @property
    def message(self) -> Message:
        """What was said."""
        return self._inner

    @property
    def attempt(self) -> int:
        """How often it was handed out, this time included."""
        return self._inner.attempt
''',
    ),
    "Inbox": (
        "inbox",
        "The inbox of an agent, as one group of workers has it: ``for message in agent.inbox()``.",
        '''
    def __init__(self, portal: Portal, inner: _inbox.Inbox) -> None:
        self._portal, self._inner = portal, inner

    def __iter__(self) -> Iterator[InboxMessage]:
        for message in self._portal.iterate(self._inner.__aiter__()):
            yield InboxMessage(self._portal, message)

    def run(self, handle: Callable[[InboxMessage], object], workers: int = 1) -> None:
        """Gives each message to ``handle`` and confirms it when that returns; so many at once, in threads."""

        async def handled(message: _inbox.InboxMessage) -> None:
            await asyncio.to_thread(handle, InboxMessage(self._portal, message))

        self._portal.run(self._inner.run(handled, workers))
''',
    ),
    "Agent": (
        "agent",
        "An agent at a node.",
        '''
    def __init__(self, portal: Portal, inner: _agent.Agent) -> None:
        self._portal, self._inner = portal, inner

    @property
    def name(self) -> str:
        """Its URI: ``agent://acme.example/sales``."""
        return self._inner.name

    @property
    def organisation(self) -> str:
        """The domain of its organisation."""
        return self._inner.organisation
''',
    ),
    "Client": (
        "client",
        "A node: ``with Client() as client``. ``url`` is its address, ``key`` pins its key.",
        '''
    def __init__(self, url: str | None = None, *, key: str | None = None) -> None:
        self._inner = _client.Client(url, key=key)
        self._portal = Portal()

    def __enter__(self) -> Client:
        try:
            self._portal.run(self._inner.__aenter__())
        except BaseException:
            self._portal.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends its connections and the thread that they live in; who still waits for something gets ``Unreachable``."""
        self._portal.close(self._inner.aclose())
''',
    ),
}

#: What is left out: it is written by hand, or has no meaning here.
LEFT_OUT = {("Client", "aclose"), ("Inbox", "run"), ("Agent", "client")}


def main(arguments: list[str]) -> int:
    """Writes the file, or says whether it has drifted."""
    text = formatted(HEADER + "".join(facade(name) for name in CLASSES))
    if "--check" not in arguments:
        TARGET.write_text(text)
        return 0
    if TARGET.read_text() == text:
        return 0
    print(f"{TARGET} is not what tools/facade.py writes; run it")
    return 1


def facade(name: str) -> str:
    """One class."""
    file, document, by_hand = CLASSES[name]
    tree = ast.parse((PACKAGE / f"{file}.py").read_text())
    source = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    written = names(by_hand)
    methods = [
        method(node)
        for node in source.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and not node.name.startswith("_")
        and node.name not in written
        and (name, node.name) not in LEFT_OUT
    ]
    return f'\n\nclass {name}:\n    """{document}"""\n{by_hand}\n' + "\n".join(methods)


def names(by_hand: str) -> list[str]:
    """The methods that are written by hand."""
    (node,) = ast.parse(f"class _:{by_hand}").body
    assert isinstance(node, ast.ClassDef)
    return [it.name for it in node.body if isinstance(it, ast.FunctionDef)]


def method(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """One method that blocks."""
    returns = ast.unparse(node.returns) if node.returns else "None"
    call = f"self._inner.{node.name}({passed(node.args)})"
    wrapped = {"Session", "Organisation", "Agent", "Dispute", "Inbox", "InboxMessage"}
    if returns == "Opening":
        returns, body = "Session", f"return Session(self._portal, self._portal.run(_opened({call})))"
    elif returns.startswith("AsyncGenerator["):
        item = returns.removeprefix("AsyncGenerator[").removesuffix(", None]")
        returns, body = f"Iterator[{item}]", f"return self._portal.iterate({call})"
    elif returns == "list[InboxMessage]":
        body = f"return [InboxMessage(self._portal, it) for it in self._portal.run({call})]"
    else:
        done = f"self._portal.run({call})" if isinstance(node, ast.AsyncFunctionDef) else call
        body = f"return {returns}(self._portal, {done})" if returns in wrapped else f"return {done}"
        if returns == "None":
            body = done
    decorator = "    @property\n" if any(ast.unparse(it) == "property" for it in node.decorator_list) else ""
    document = textwrap.indent(f'"""{ast.get_docstring(node)}"""', " " * 8)
    if "\n" in document:
        document = document[:-3] + '\n        """'
    return f"{decorator}    def {node.name}({ast.unparse(node.args)}) -> {returns}:\n{document}\n        {body}\n"


def passed(arguments: ast.arguments) -> str:
    """The arguments handed on."""
    parts = [it.arg for it in arguments.args if it.arg != "self"]
    if arguments.vararg:
        parts.append(f"*{arguments.vararg.arg}")
    parts += [f"{it.arg}={it.arg}" for it in arguments.kwonlyargs]
    if arguments.kwarg:
        parts.append(f"**{arguments.kwarg.arg}")
    return ", ".join(parts)


def formatted(text: str) -> str:
    """As ruff lays it out."""
    text += "\n\nasync def _opened(opening: _agent.Opening) -> _session.Session:\n    return await opening\n"
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(TARGET), "-"]
    return subprocess.run(command, input=text, text=True, check=True, capture_output=True).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
