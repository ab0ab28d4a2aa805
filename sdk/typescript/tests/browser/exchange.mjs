// A deal between two agents that live in a page, with keys that were made there. Runs in a browser.
import { Client, SecretKey, verifyBundle } from "assent";

/** Registers two organisations with an agent each, makes a deal between them, and gives its proof. */
export const exchange = async (url) => {
  const client = await Client.connect(url);
  const arrive = async (domain) => {
    const [root, key, uri] = [SecretKey.generate(), SecretKey.generate(), `agent://${domain}/desk`];
    const organisation = client.organisation(domain, root);
    await organisation.register();
    const card = { name: "desk", description: "trades", capabilities: ["provision.compute.gpu"] };
    await organisation.registerAgent(uri, key, card);
    return { organisation, agent: client.agent(uri, key) };
  };
  const [acme, volt] = [await arrive("acme.example"), await arrive("volt.example")];
  const terms = { with: "volt.example", purpose: "trade", capabilities: ["provision"], expiresAt: client.after(3_600_000) };
  await volt.organisation.grantConsent(await acme.organisation.requestConsent(terms));
  const [, commitment] = await Promise.all([sell(volt.agent), buy(client, acme.agent, volt.agent)]);
  const bundle = await acme.agent.bundle(commitment);
  const { ok } = verifyBundle(bundle, { nodeKey: client.nodeKey });
  return { commitment, nodeKey: client.nodeKey, ok, bundle: new TextDecoder().decode(bundle) };
};

const sell = async (agent) => {
  const session = await agent.nextInvitation();
  await session.introduce();
  for await (const message of session) {
    if (message.isMine) continue;
    if (message.type === "PROPOSE" && message.body.kind === "proposal") {
      const { statement } = (await session.accept(message)).said;
      await session.fulfil({ commitment: statement, obligation: "delivery" }, { method: "acknowledgement", text: "done" });
    }
    if (message.type === "CLOSE") await session.close("thank you");
  }
};

const buy = async (client, buyer, seller) => {
  const obligation = {
    id: "delivery",
    what: "a GPU for a day",
    debtor: seller.uri,
    creditor: buyer.uri,
    value: { amount: "100", currency: "USD" },
    due: { at: client.after(3_600_000) },
    shownBy: { method: "acknowledgement" },
  };
  const session = await buyer.openSession({ with: seller.uri, capability: "provision.compute.gpu" });
  await session.waitUntil(({ state }) => state === "INTRODUCED");
  await session.propose({ binding: true, packages: [{ terms: {}, obligations: [obligation] }] });
  let commitment = "";
  for await (const message of session) {
    if (message.isMine) continue;
    if (message.type === "ACCEPT" && message.body.kind === "acceptance") commitment = message.hash;
    if (message.type === "INFORM" && message.body.kind === "fulfilment") {
      await session.acknowledge({ commitment, obligation: "delivery" });
      await session.close("all is well");
    }
  }
  return commitment;
};
