"""The tools and the middleware for Microsoft Agent Framework, in which ESCALATE is a request for a person's approval.

toolset = Toolset(agent)
buyer = Agent(client, "You buy.", tools=tools(toolset), middleware=[Escalations(toolset)])
conversation = buyer.create_session()
response = await buyer.run("Buy eight GPUs", session=conversation)
for request in response.user_input_requests:     # a person has to decide
    answer = Message("user", [request.to_function_approval_response(approved=True), "up to 1100"])
    response = await buyer.run(answer, session=conversation)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from agent_framework import AgentContext, AgentMiddleware, AgentResponse, Content, FunctionTool

from .tools import Decision, Tool, Toolset


def tools(toolset: Toolset) -> list[FunctionTool]:
    """The framework's tools over a toolset.

    ``escalate`` asks for approval, and needs :class:`Escalations` among the agent's middleware.
    """
    return [_tool(toolset, tool) for tool in toolset.tools]


def _tool(toolset: Toolset, tool: Tool) -> FunctionTool:
    async def run(**arguments: Any) -> str:
        if tool.name == "escalate" and toolset.pending is not None:
            # It runs once a person has approved, with what the person said beside it.
            return (await toolset.settle(toolset.pending, Decision(True))).text
        return (await toolset.call(tool.name, arguments)).text

    return FunctionTool(
        name=tool.name,
        description=tool.description,
        func=run,
        input_model=tool.arguments,
        approval_mode="always_require" if tool.name == "escalate" else "never_require",
    )


class Escalations(AgentMiddleware):
    """Says ESCALATE in the session as soon as the framework asks for approval, and carries a refusal into it.

    So the other side knows that a person is asked while the run is paused.
    """

    def __init__(self, toolset: Toolset) -> None:
        self._toolset = toolset

    async def process(self, context: AgentContext, call_next: Callable[[], Awaitable[None]]) -> None:
        """Around one run of the agent."""
        pending = self._toolset.pending
        for answer in _contents(context.messages, "function_approval_response"):
            if _is_escalate(answer) and answer.approved is False and pending is not None:
                await self._toolset.settle(pending, Decision(False))
        await call_next()
        if isinstance(context.result, AgentResponse):
            for request in context.result.user_input_requests:
                if _is_escalate(request):
                    await self._raise(request)

    async def _raise(self, request: Content) -> None:
        call = request.function_call
        arguments = (call.parse_arguments() if call is not None else None) or {}
        asked = await self._toolset.call("escalate", arguments)
        if not asked.ok:
            # The person sees why the other side does not know of it.
            request.additional_properties["assent"] = asked.text


def _contents(messages: Iterable[Any], kind: str) -> list[Any]:
    return [content for message in messages for content in message.contents if content.type == kind]


def _is_escalate(content: Any) -> bool:
    call = content.function_call
    return call is not None and call.name == "escalate"


__all__ = ["Escalations", "tools"]
