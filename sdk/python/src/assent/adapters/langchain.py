"""The tools for LangChain and LangGraph, in which ESCALATE is an interrupt.

toolset = Toolset(agent)
graph = create_agent(model, tools(toolset), checkpointer=InMemorySaver())
state = await graph.ainvoke({"messages": [...]}, config)
state = await graph.ainvoke(Command(resume={"go_on": True, "words": "up to 1100"}), config)   # a person has decided
"""

from __future__ import annotations

from typing import Any

from langchain_core.tools import BaseTool, StructuredTool
from langgraph.types import interrupt

from .tools import Answer, Decision, Escalation, Tool, Toolset


def tools(toolset: Toolset) -> list[BaseTool]:
    """LangChain's tools over a toolset; what they say is the content, the facts of it the artifact.

    ``escalate`` says ESCALATE in the session and then interrupts the graph with ``session_id``, ``question`` and
    ``authority``. The value that resumes it is the person's decision: a bool, words that mean to go on, or
    ``{"go_on": …, "words": …}``. It needs a checkpointer, as every interrupt.
    """
    return [_escalate(toolset, tool) if tool.name == "escalate" else _plain(toolset, tool) for tool in toolset.tools]


def _both(answer: Answer) -> tuple[str, dict[str, Any]]:
    return answer.text, {"ok": answer.ok, **answer.data}


def _plain(toolset: Toolset, tool: Tool) -> BaseTool:
    async def asynchronous(**arguments: Any) -> tuple[str, dict[str, Any]]:
        return _both(await toolset.call(tool.name, arguments))

    def blocking(**arguments: Any) -> tuple[str, dict[str, Any]]:
        return _both(toolset.call_blocking(tool.name, arguments))

    return _structured(tool, blocking, asynchronous)


def _escalate(toolset: Toolset, tool: Tool) -> BaseTool:
    # A graph runs the step again from its beginning when it goes on; a question that waits already is not asked twice.
    async def asynchronous(**arguments: Any) -> tuple[str, dict[str, Any]]:
        asked = await toolset.call(tool.name, arguments)
        if not asked.ok:
            return _both(asked)
        escalation = Escalation(**asked.data)
        decision = Decision.of(interrupt(escalation.as_dict()))
        return _both(await toolset.settle(escalation, decision))

    def blocking(**arguments: Any) -> tuple[str, dict[str, Any]]:
        asked = toolset.call_blocking(tool.name, arguments)
        if not asked.ok:
            return _both(asked)
        escalation = Escalation(**asked.data)
        decision = Decision.of(interrupt(escalation.as_dict()))
        return _both(toolset.blocking(toolset.settle(escalation, decision)))

    return _structured(tool, blocking, asynchronous)


def _structured(tool: Tool, blocking: Any, asynchronous: Any) -> BaseTool:
    return StructuredTool.from_function(
        func=blocking,
        coroutine=asynchronous,
        name=tool.name,
        description=tool.description,
        args_schema=tool.arguments,
        response_format="content_and_artifact",
        handle_validation_error=lambda error: f"These arguments do not fit: {error}. Nothing was done.",
    )


__all__ = ["tools"]
