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

from collections.abc import Awaitable, Callable
from typing import Any

from agent_framework import AgentContext, AgentMiddleware, AgentResponse, Content, FunctionTool, Message

from .tools import Decision, Escalation, Tool, Toolset


def tools(toolset: Toolset) -> list[FunctionTool]:
    """The framework's tools over a toolset.

    ``escalate`` asks for approval, and needs :class:`Escalations` among the agent's middleware.
    """
    return [_tool(toolset, tool) for tool in toolset.tools]


def _tool(toolset: Toolset, tool: Tool) -> FunctionTool:
    async def run(**arguments: Any) -> str:
        answer = await toolset.call(tool.name, arguments)
        if tool.name == "escalate" and answer.ok:
            # It runs once a person has approved; what waits in the session already was not asked again.
            escalation = Escalation(**answer.data)
            words = toolset.said.pop(escalation.session_id, "")
            answer = await toolset.settle(escalation, Decision(True, words))
        return answer.text

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
        for message in context.messages:
            await self._decided(message)
        if context.stream:
            context.stream_result_hooks.append(self._asked)
        await call_next()
        if isinstance(context.result, AgentResponse):
            await self._asked(context.result)

    async def _decided(self, message: Message) -> None:
        """A person's answer, with the words in the same message."""
        for content in message.contents:
            arguments = _arguments(content, "function_approval_response")
            if arguments is None:
                continue
            session_id, words = str(arguments.get("session_id", "")), message.text
            if content.approved:
                self._toolset.said[session_id] = words
                continue
            asked = await self._toolset.call("escalate", arguments)
            if asked.ok:
                await self._toolset.settle(Escalation(**asked.data), Decision(False, words))

    async def _asked(self, response: AgentResponse[Any]) -> None:
        """What the model wants a person to decide."""
        for request in response.user_input_requests:
            arguments = _arguments(request, "function_approval_request")
            if arguments is None:
                continue
            asked = await self._toolset.call("escalate", arguments)
            if not asked.ok:
                # The person sees why the other side does not know of it.
                request.additional_properties["assent"] = asked.text


def _arguments(content: Content, kind: str) -> dict[str, Any] | None:
    """What ``escalate`` was called with, if that is what the content is about."""
    call = content.function_call
    if content.type != kind or call is None or call.name != "escalate":
        return None
    return dict(call.parse_arguments() or {})


__all__ = ["Escalations", "tools"]
