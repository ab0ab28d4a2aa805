"""CrewAI: the adapter, the example with a remote agent in the crew, and CrewAI's own MCP client."""

import asyncio
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import frameworks


def tools():
    from assent.adapters.crewai import tools as adapted

    made = adapted(frameworks.toolset())
    frameworks.check_tools([(tool.name, tool.description, tool.args_schema.model_json_schema()) for tool in made])
    assert [tool.name for tool in made if tool.result_as_answer] == ["escalate"]


async def guide():
    scripted = frameworks.example("crewai").ScriptedModel
    await frameworks.run_guide("crewai", lambda script: scripted(model="scripted", script=script))


async def mcp():
    import stage
    from crewai.mcp import MCPClient
    from crewai.mcp.transports import StdioTransport

    with stage.Stage() as place:

        def client(name):
            return MCPClient(StdioTransport(command=stage.PROGRAM, args=place.arguments(name, "mcp")))

        async with client("acme") as buyer, client("volt") as seller:
            names = {tool["name"] for tool in await buyer.list_tools()}
            assert names == stage.READS | stage.SIGNS, names
            await frameworks.deal(calls(buyer), calls(seller))


def calls(client):
    async def call(name, arguments):
        result = await client.call_tool_result(name, arguments)
        return str(result.content), result.is_error

    return call


def main():
    frameworks.check_install("crewai")
    frameworks.check_types("crewai")
    tools()
    frameworks.run_example("crewai")
    asyncio.run(guide())
    asyncio.run(mcp())


if __name__ == "__main__":
    frameworks.quietly(main)
