"""The official Python client of A2A against a node: opens a session, negotiates, ends with a commitment, over both bindings.

Run by `cargo xtask test --interop`; `ASSENT_PROGRAM` says where the program is.
"""

import asyncio
import pathlib
import sys
import time
import uuid

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.types import (
    CancelTaskRequest,
    GetTaskRequest,
    ListTasksRequest,
    Message,
    Role,
    SendMessageRequest,
    SubscribeToTaskRequest,
    TaskPushNotificationConfig,
    TaskState,
)
from a2a.utils.errors import (
    TaskNotCancelableError,
    TaskNotFoundError,
    UnsupportedOperationError,
    VersionNotSupportedError,
)
from google.protobuf.json_format import MessageToDict, ParseDict

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from stage import CAPABILITY, DELIVERED, VENDOR, Stage, terms  # noqa: E402

PATIENCE = 60


def message(parts, task=None, at_once=False):
    request = SendMessageRequest(message=Message(message_id=str(uuid.uuid4()), role=Role.ROLE_USER))
    for part in parts:
        kept = request.message.parts.add()
        if isinstance(part, str):
            kept.text = part
        else:
            ParseDict({"data": part}, kept)
    request.message.task_id = task or ""
    request.configuration.return_immediately = at_once
    return request


def data(message):
    return [MessageToDict(part)["data"] for part in message.parts if part.HasField("data")]


async def said(client, request):
    """The task, or the message, of an answer in one piece."""
    answers = [answer async for answer in client.send_message(request)]
    assert len(answers) == 1, answers
    return answers[0].task if answers[0].HasField("task") else answers[0].message


async def until(client, task, state, words=""):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = await client.get_task(GetTaskRequest(id=task))
        phase = MessageToDict(found.metadata).get("urn:asp:a2a:1.0", {}).get("state", "")
        if found.status.state == state and words in phase:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def refused(error, call):
    try:
        await call
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


async def deal(stage, http, card, binding):
    """From the first message to a closed deal."""
    config = ClientConfig(httpx_client=http, streaming=False, supported_protocol_bindings=[binding])
    client = ClientFactory(config).create(card)
    opening = {"act": "open", "capability": CAPABILITY, "purpose": "eight GPUs for a day"}
    offer = {"act": "propose", "package": terms(200)}
    task = await said(client, message(["Eight GPUs, please.", opening, offer], at_once=True))
    assert task.status.state == TaskState.TASK_STATE_SUBMITTED, task
    assert task.history[0].parts[0].text == "Eight GPUs, please."
    stage.vendor(task.id, "accept")
    await until(client, task.id, TaskState.TASK_STATE_WORKING, "CONVERSING")
    stage.vendor(task.id, "counter", "--sell", "GPU hours", "--price", "240 USD", "--firm", "--text", "240 is my best")
    task = await until(client, task.id, TaskState.TASK_STATE_INPUT_REQUIRED)
    [countered] = data(task.status.message)
    assert countered["act"] == "counter" and len(countered["termsHashes"]) == 1, countered
    assert task.status.message.parts[0].text == "240 is my best"

    task = await said(client, message([{"act": "accept"}], task.id))
    [commitment] = task.artifacts
    [made] = [MessageToDict(part)["data"] for part in commitment.parts]
    assert made["state"] == "ACTIVE" and commitment.name == "commitment", made
    await refused(TaskNotCancelableError, client.cancel_task(CancelTaskRequest(id=task.id)))
    for owed in made["obligations"]:
        if owed["debtor"].endswith(VENDOR):
            stage.vendor(task.id, "inform", "--fulfil", owed["id"], "--digest", DELIVERED)
            await said(client, message([{"act": "acknowledge", "obligation": owed["id"]}], task.id))
        else:
            await said(client, message([{"act": "fulfil", "obligation": owed["id"], "text": "paid"}], task.id))
            stage.vendor(task.id, "inform", "--acknowledge", owed["id"])
    task = await said(client, message([{"act": "close", "text": "thanks"}], task.id))
    assert task.status.state == TaskState.TASK_STATE_COMPLETED, task
    await refused(UnsupportedOperationError, said(client, message(["more"], task.id)))
    assert stage.verified(made["id"]), "the proof does not hold"
    listed = await client.list_tasks(ListTasksRequest(status=TaskState.TASK_STATE_COMPLETED, include_artifacts=True))
    assert task.id in [one.id for one in listed.tasks] and listed.tasks[0].artifacts, listed
    await refused(TaskNotFoundError, client.get_task(GetTaskRequest(id="0" * 64)))


async def streams(stage, http, binding):
    """What the agent of the conformance kit plays, as it happens, and a task that is cancelled."""
    card = await A2ACardResolver(http, stage.player).get_agent_card()
    config = ClientConfig(httpx_client=http, streaming=True, supported_protocol_bindings=[binding])
    client = ClientFactory(config).create(card)
    request = message(["go"])
    request.message.message_id = "tck-stream-artifact-chunked-" + uuid.uuid4().hex
    heard = [event async for event in client.send_message(request)]
    assert heard[0].HasField("task") and heard[-1].status_update.status.state == TaskState.TASK_STATE_COMPLETED, heard
    chunks = [event.artifact_update for event in heard if event.HasField("artifact_update")]
    assert [chunk.artifact.parts[0].text for chunk in chunks] == ["chunk-1 ", "chunk-2"], chunks
    assert chunks[1].append and chunks[1].last_chunk

    request = message(["go"])
    request.message.message_id = "tck-input-required-" + uuid.uuid4().hex
    heard = [event async for event in client.send_message(request)]
    task = heard[0].task.id
    assert heard[-1].status_update.status.state == TaskState.TASK_STATE_INPUT_REQUIRED, heard
    push = TaskPushNotificationConfig(task_id=task, id="mine", url="http://127.0.0.1:9/in", token="secret")
    assert (await client.create_task_push_notification_config(push)).id == "mine"

    async def follow():
        return [event async for event in client.subscribe(SubscribeToTaskRequest(id=task))]

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.3)
    canceled = await client.cancel_task(CancelTaskRequest(id=task))
    assert canceled.status.state == TaskState.TASK_STATE_CANCELED, canceled
    heard = await asyncio.wait_for(following, PATIENCE)
    assert heard[0].HasField("task") and heard[-1].status_update.status.state == TaskState.TASK_STATE_CANCELED, heard


async def main():
    with Stage() as stage:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as http:
            card = await A2ACardResolver(http, stage.agent).get_agent_card()
            assert [one.protocol_binding for one in card.supported_interfaces][:2] == ["JSONRPC", "HTTP+JSON"]
            assert card.capabilities.streaming and card.capabilities.push_notifications
            assert [one.uri for one in card.capabilities.extensions] == ["urn:asp:a2a:1.0"]
            http.headers["Authorization"] = f"Bearer {stage.token}"
            for binding in ("JSONRPC", "HTTP+JSON"):
                await deal(stage, http, card, binding)
        old = {"Authorization": f"Bearer {stage.token}", "A2A-Version": "0.3"}
        async with httpx.AsyncClient(headers=old, trust_env=False) as http:
            client = ClientFactory(ClientConfig(httpx_client=http, streaming=False)).create(card)
            await refused(VersionNotSupportedError, client.get_task(GetTaskRequest(id="0" * 64)))
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as http:
            for binding in ("JSONRPC", "HTTP+JSON"):
                await streams(stage, http, binding)
    print("a2a-sdk: two deals from the first message to the proof, streams, errors: all held")


asyncio.run(main())
