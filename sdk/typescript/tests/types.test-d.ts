// What the compiler has to know of the SDK, and what it has to refuse. Never run.
import type { Client, Message, OfferTerms, Session } from "assent";

declare const client: Client;
declare const session: Session;
declare const message: Message;

// A message's type tells its body.
if (message.type === "COMMIT") message.body.termsHash satisfies string;
if (message.type === "INFORM" && message.body.kind === "fulfilment") message.body.evidence.method satisfies string;
// @ts-expect-error: a COMMIT has no reason.
if (message.type === "COMMIT") message.body.reason;

// Paths of the API and what they answer come from the node's own description.
(await client.read("/v1/agents/{domain}/{path}", { path: { domain: "a.example", path: "b" } })).retired satisfies boolean;
// @ts-expect-error: there is no such path.
await client.read("/v1/agent/{domain}");

// Whether an offer binds has to be said.
// @ts-expect-error: `binding` is missing.
({ packages: [] }) satisfies OfferTerms;
// @ts-expect-error: a session has no performative of this name.
await session.say("PROMISE", {});
