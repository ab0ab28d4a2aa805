"""Microsoft Agent Framework: the adapter's tools, the example, and its own MCP client against `assent mcp`."""

import asyncio
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import frameworks


def tools():
    from assent.adapters.agent_framework import tools as adapted

    made = adapted(frameworks.toolset())
    frameworks.check_tools([(tool.name, tool.description, tool.parameters()) for tool in made])
    assert [tool.name for tool in made if tool.approval_mode == "always_require"] == ["escalate"]


async def guide():
    scripted = frameworks.example("agent_framework").ScriptedModel
    await frameworks.run_guide("agent_framework", lambda script: scripted(script))


async def mcp():
    import stage
    from agent_framework import MCPStdioTool

    with stage.Stage() as place:

        def server(name):
            # Prompts and approval have no part in this. The framework keeps the name `session` for itself unless it is told.
            return MCPStdioTool(
                name,
                stage.PROGRAM,
                args=place.arguments(name, "mcp"),
                load_prompts=False,
                additional_tool_argument_names=["session"],
            )

        async with server("acme") as buyer, server("volt") as seller:
            names = {function.name for function in buyer.functions}
            assert names == stage.READS | stage.SIGNS, names
            await frameworks.deal(calls(buyer), calls(seller))


def calls(server):
    from agent_framework.exceptions import ToolExecutionException

    async def call(name, arguments):
        try:
            told = await server.call_tool(name, **arguments)
        except ToolExecutionException as error:
            return str(error), True
        return told if isinstance(told, str) else "\n".join(part.text or "" for part in told), False

    return call


def main():
    frameworks.check_install("agent-framework")
    frameworks.check_types("agent_framework")
    tools()
    frameworks.run_example("agent_framework")
    asyncio.run(guide())
    asyncio.run(mcp())


if __name__ == "__main__":
    frameworks.quietly(main)
