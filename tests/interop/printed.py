"""What the guides print in Python, run as it is printed."""

import ast
import inspect
import pathlib
import re
import types

GUIDES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "guides"


def blocks(guide, language="python"):
    """The blocks of a guide in a language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```", (GUIDES / guide).read_text(), re.DOTALL | re.MULTILINE)


def of(framework, every):
    """The blocks of a guide that somebody with this framework types: what imports its adapter, and what imports none."""
    adapters = {block: set(re.findall(r"^from assent\.adapters\.(\w+) import", block, re.MULTILINE)) for block in every}
    return [block for block in every if not adapters[block] - {"tools", framework}]


async def run(block, names):
    """Runs a block in a coroutine, where it may await; its names stay."""
    code = compile(block, "<guide>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    running = types.FunctionType(code, names)()
    if inspect.iscoroutine(running):
        await running
