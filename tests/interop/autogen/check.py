"""AutoGen: the adapter's tools, the example, and AutoGen's own MCP workbench against `assent mcp`."""

import asyncio
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import frameworks


def tools():
    from assent.adapters.autogen import Person
    from assent.adapters.autogen import tools as adapted

    toolset = frameworks.toolset()
    made = [*adapted(toolset), Person(toolset).handoff_tool]
    frameworks.check_tools([(tool.name, tool.description, tool.schema["parameters"]) for tool in made])


async def guide():
    scripted = frameworks.example("autogen").ScriptedModel
    await frameworks.run_guide("autogen", lambda script: scripted(script))


async def mcp():
    import stage
    from autogen_ext.tools.mcp import McpWorkbench, StdioServerParams

    with stage.Stage() as place:

        def bench(name):
            return McpWorkbench(StdioServerParams(command=stage.PROGRAM, args=place.arguments(name, "mcp")))

        async with bench("acme") as buyer, bench("volt") as seller:
            names = {tool["name"] for tool in await buyer.list_tools()}
            assert names == stage.READS | stage.SIGNS, names
            await frameworks.deal(calls(buyer), calls(seller))


def calls(bench):
    async def call(name, arguments):
        result = await bench.call_tool(name, arguments)
        return result.to_text(), result.is_error

    return call


def main():
    frameworks.check_install("autogen")
    frameworks.check_types("autogen")
    tools()
    frameworks.run_example("autogen")
    asyncio.run(guide())
    asyncio.run(mcp())


if __name__ == "__main__":
    frameworks.quietly(main)
