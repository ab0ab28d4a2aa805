"""The tools for AutoGen, in which ESCALATE is a handoff to a person.

toolset = Toolset(agent)
person = Person(toolset)
buyer = AssistantAgent("buyer", model, tools=tools(toolset), handoffs=[person], max_tool_iterations=20)
team = RoundRobinGroupChat([buyer], termination_condition=HandoffTermination("person"))
await team.run(task="Buy eight GPUs")
await team.run(task=await person.decide(True, "up to 1100", asker="buyer"))
"""

from __future__ import annotations

from typing import Any

from autogen_agentchat.base import Handoff
from autogen_agentchat.messages import HandoffMessage
from autogen_core import CancellationToken
from autogen_core.tools import BaseTool
from pydantic import BaseModel, PrivateAttr

from .tools import Decision, Tool, Toolset


class Told(BaseModel):
    """What a tool says."""

    text: str
    ok: bool
    facts: dict[str, Any]


class SessionTool(BaseTool[BaseModel, Told]):
    """A tool of a toolset as AutoGen's."""

    def __init__(self, toolset: Toolset, tool: Tool) -> None:
        super().__init__(tool.arguments, Told, tool.name, tool.description)
        self._toolset = toolset

    async def run(self, args: BaseModel, cancellation_token: CancellationToken) -> Told:
        """Uses it."""
        answer = await self._toolset.call(self.name, args.model_dump())
        return Told(text=answer.text, ok=answer.ok, facts=answer.data)

    def return_value_as_string(self, value: Any) -> str:
        """What the model reads: the text alone."""
        return value.text if isinstance(value, Told) else super().return_value_as_string(value)


class Person(Handoff):
    """ESCALATE as a handoff: says it in the session, then hands over to ``target`` (see ``HandoffTermination``)."""

    _toolset: Toolset = PrivateAttr()

    def __init__(self, toolset: Toolset, target: str = "person") -> None:
        tool = toolset.named("escalate")
        super().__init__(target=target, name=tool.name, description=tool.description)
        self._toolset = toolset

    @property
    def handoff_tool(self) -> BaseTool[BaseModel, BaseModel]:
        """The tool by which the model asks."""
        return SessionTool(self._toolset, self._toolset.named("escalate"))

    async def decide(self, go_on: bool, words: str = "", *, asker: str) -> HandoffMessage:
        """Carries the person's decision into the session; gives the message that hands back to the agent ``asker``."""
        escalation = self._toolset.pending
        if escalation is None:
            return HandoffMessage(source=self.target, target=asker, content="There is nothing to decide.")
        answer = await self._toolset.settle(escalation, Decision(go_on, words))
        return HandoffMessage(source=self.target, target=asker, content=answer.text)


def tools(toolset: Toolset) -> list[BaseTool[Any, Any]]:
    """AutoGen's tools over a toolset, all but ``escalate``, which is a :class:`Person` among the ``handoffs``."""
    return [SessionTool(toolset, tool) for tool in toolset.tools if tool.name != "escalate"]


__all__ = ["Person", "SessionTool", "Told", "tools"]
