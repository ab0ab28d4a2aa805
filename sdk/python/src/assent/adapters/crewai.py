"""The tools for CrewAI, in which ESCALATE is human input, and a remote agent as a member of a crew.

toolset = Toolset(agent)
buyer = Agent(role="buyer", ..., tools=tools(toolset), llm=llm)
task = Task(description="Buy eight GPUs", ..., agent=buyer, human_input=True)
set_provider(PersonInput(toolset, ask))          # crewai.core.providers.human_input.set_provider
await Crew(agents=[buyer], tasks=[task]).kickoff_async()
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from crewai.agents.agent_builder.base_agent import BaseAgent
from crewai.core.providers.human_input import SyncHumanInputProvider
from crewai.tools import BaseTool
from crewai.tools.tool_failure import ToolFailure
from pydantic import Field, PrivateAttr

from .tools import Answer, Decision, Escalation, Tool, Toolset

#: Asks a person; gives what :meth:`Decision.of` takes.
Ask = Callable[[Escalation], Any]


def _never(_arguments: Any = None, _result: Any = None) -> bool:
    return False


class SessionTool(BaseTool):
    """A tool of a toolset as CrewAI's."""

    _toolset: Toolset = PrivateAttr()
    _name: str = PrivateAttr()

    def __init__(self, toolset: Toolset, tool: Tool) -> None:
        super().__init__(
            name=tool.name,
            description=tool.description,
            args_schema=tool.arguments,
            # The same question has another answer later.
            cache_function=_never,
            # The task stops here for a person; see PersonInput.
            result_as_answer=tool.name == "escalate",
        )
        self._toolset = toolset
        self._name = tool.name

    def _run(self, **arguments: Any) -> Any:
        return _told(self._toolset.call_blocking(self._name, arguments))

    async def _arun(self, **arguments: Any) -> Any:
        return _told(await self._toolset.call(self._name, arguments))


def _told(answer: Answer) -> Any:
    return answer.text if answer.ok else ToolFailure(message=answer.text)


def tools(toolset: Toolset) -> list[BaseTool]:
    """CrewAI's tools over a toolset; ``escalate`` needs ``human_input=True`` in the task and a :class:`PersonInput`."""
    return [SessionTool(toolset, tool) for tool in toolset.tools]


class PersonInput(SyncHumanInputProvider):
    """CrewAI's human input for escalations alone: a task that ends without one is not held up."""

    def __init__(self, toolset: Toolset, ask: Ask) -> None:
        self._toolset = toolset
        self._ask = ask

    def handle_feedback(self, formatted_answer: Any, context: Any) -> Any:
        """Asks for each escalation, carries the decision into the session, and lets the agent go on with it."""
        answer = formatted_answer
        while (asked := self._toolset.pending) is not None:
            decision = Decision.of(self._ask(asked))
            settled = self._toolset.blocking(self._toolset.settle(asked, decision))
            context.messages.append(context._format_feedback_message(settled.text))
            answer = context._invoke_loop()
        context.ask_for_human_input = False
        return answer

    async def handle_feedback_async(self, formatted_answer: Any, context: Any) -> Any:
        """The same for ``akickoff``; the person is asked in a thread."""
        answer = formatted_answer
        while (asked := self._toolset.pending) is not None:
            decision = Decision.of(await asyncio.to_thread(self._ask, asked))
            settled = await self._toolset.settle(asked, decision)
            context.messages.append(context._format_feedback_message(settled.text))
            answer = await context._ainvoke_loop()
        context.ask_for_human_input = False
        return answer


class RemoteAgent(BaseAgent):
    """Another organisation's agent as a member of a crew: a task is a question, asked in a session of its own.

    What it answers reaches the crew fenced, as the words of that agent.
    """

    # What a crew reads of every member; there is no model here.
    function_calling_llm: Any = None
    step_callback: Any = None
    last_messages: list[Any] = Field(default_factory=list)

    _toolset: Toolset = PrivateAttr()
    _agent: str = PrivateAttr()
    _capability: str = PrivateAttr()

    def __init__(self, toolset: Toolset, agent: str, capability: str, **data: Any) -> None:
        data = {
            "role": f"the remote agent {agent}",
            "goal": f"answers questions about {capability}",
            "backstory": "It belongs to another organisation and answers through signed sessions.",
            **data,
        }
        super().__init__(**data)
        self._toolset, self._agent, self._capability = toolset, agent, capability

    def execute_task(self, task: Any, context: str | None = None, tools: list[BaseTool] | None = None) -> str:
        """Asks the remote agent; gives its answer, fenced."""
        answer: Answer = self._toolset.blocking(self._consult(task, context))
        return answer.text

    async def aexecute_task(self, task: Any, context: str | None = None, tools: list[BaseTool] | None = None) -> str:
        """The same in the event loop of the toolset."""
        return (await self._consult(task, context)).text

    async def _consult(self, task: Any, context: str | None) -> Answer:
        question = task.prompt() if callable(getattr(task, "prompt", None)) else str(task.description)
        return await self._toolset.consult(self._agent, self._capability, f"{question}\n{context or ''}".strip())

    def create_agent_executor(self, tools: list[BaseTool] | None = None) -> None:
        """None is needed: it decides elsewhere."""

    def get_delegation_tools(self, agents: Sequence[BaseAgent]) -> list[BaseTool]:
        """It delegates nothing within the crew."""
        return []

    def get_platform_tools(self, apps: Any) -> list[BaseTool]:
        """It uses nothing of the crew's."""
        return []

    def get_mcp_tools(self, mcps: Any) -> list[BaseTool]:
        """It uses nothing of the crew's."""
        return []


__all__ = ["Ask", "PersonInput", "RemoteAgent", "SessionTool", "tools"]
