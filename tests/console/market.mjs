// A morning of an organisation: what its people find in the console. Each trade is at another point.
import { HOSTILE, digits, until } from "./stage.mjs";

const TRADES = [
  ["volt", "sales", "Volt Compute", "provision.compute.gpu", "GPU hours by the minute, in three regions.", "2.80 USD"],
  ["northwind", "dispatch", "Northwind Freight", "freight.ocean.container", "Containers from Rotterdam to anywhere.", "1900 USD"],
  ["lingua", "desk", "Lingua", "translate.legal", "Contracts in fourteen languages, by sworn translators.", "0.18 USD"],
  ["gridwatch", "auditor", "Gridwatch", "audit.energy", "Energy audits of machine rooms.", "4200 USD"],
  ["saffron", "kitchen", "Saffron & Sons", "catering.event", "Lunch for up to four hundred.", "24 USD"],
  ["foldline", "studio", "Foldline", "design.packaging", "Boxes that survive the post.", "3100 USD"],
];

/** Plays it; gives the ids by name. */
export async function market(stage) {
  await stage.party("acme", "buyer", { organisation: "Acme Research", card: { name: "Procurement", description: "Buys what research needs." } });
  await stage.party("court", "judge", { organisation: "Court of Arbitration" });
  await stage.party("zephyr", "broker", { organisation: "Zephyr Brokers", card: { capability: "finance.credit", name: "Zephyr" } });
  for (const [name, agent, title, capability, description, price] of TRADES) {
    await stage.party(name, agent, { organisation: title, card: { name: title, capability, description, price } });
  }
  const consents = {};
  for (const [name, , title, capability] of TRADES) {
    consents[name] = await stage.consent("acme", name, capability.split(".").slice(0, 2).join("."), `What Acme buys of ${title}`);
  }
  const asked = ["consent", "request", "--with", "acme.example", "--capability", "finance", "--purpose", "Credit lines for suppliers of Acme"];
  consents.zephyr = digits((await stage.as("zephyr", ...asked)).id);
  const sessions = {
    kept: await kept(stage),
    argued: await argued(stage),
    running: await running(stage),
    talking: await talking(stage),
    asking: await asking(stage),
    failed: await failed(stage),
    invited: await stage.invitation("acme", "foldline.example/studio", "design.packaging", "A box for the new sensor"),
  };
  // The arbiter's time begins when that to settle has passed.
  const { id } = await until(async () => {
    const found = await stage.as("acme", "dispute", "list");
    return found.phase === "ARBITRATING" && found;
  });
  const deals = await stage.lines("acme", "commitment", "list");
  const commitment = digits(deals.find((deal) => deal.state === "FULFILLED").id);
  return { consents, sessions, dispute: digits(id), commitment };
}

const hours = (side, price, ...more) => [side, "GPU hours on H100", "--quantity", "1000", "--price", `${price} USD`, "--due", "2h", "--pay-within", "1d", ...more];

/** A deal that was kept and paid. */
async function kept(stage) {
  const session = await stage.session("acme", "volt", "sales", "provision.compute.gpu", "1,000 GPU hours for the nightly training run");
  await stage.say("volt", session, "propose", ...hours("--sell", "2.80"));
  await stage.say("acme", session, "counter", ...hours("--buy", "2.30"));
  await stage.say("volt", session, "counter", ...hours("--sell", "2.70"));
  await stage.say("acme", session, "counter", ...hours("--buy", "2.48"));
  await stage.say("volt", session, "counter", ...hours("--sell", "2.55", "--firm"));
  await stage.say("acme", session, "accept");
  const result = stage.file("result.tar", "a thousand hours");
  await stage.say("volt", session, "inform", "--fulfil", "delivery", "--artefact", result);
  await stage.say("acme", session, "inform", "--acknowledge", "delivery");
  await stage.say("acme", session, "inform", "--fulfil", "payment", "--text", "paid by transfer");
  await stage.say("volt", session, "inform", "--acknowledge", "payment");
  await stage.as("acme", "session", "close", session);
  await stage.as("volt", "session", "close", session);
  return session;
}

/** A deal about which one side goes to the arbiter that it names. */
async function argued(stage) {
  const session = await stage.session("acme", "volt", "sales", "provision.compute.gpu", "Another 400 GPU hours");
  const rules = ["--arbiter", "court.example", "--settle-within", "8s"];
  await stage.say("volt", session, "propose", "--sell", "GPU hours on H100", "--quantity", "400", "--price", "2.60 USD", "--due", "2h", "--firm", ...rules);
  await stage.say("acme", session, "accept");
  await stage.say("volt", session, "inform", "--fulfil", "delivery", "--artefact", stage.file("half.tar", "two hundred hours"));
  await stage.say("acme", session, "inform", "--contest", "delivery", "--text", "Half of the hours were on another kind of machine");
  const { id } = await stage.as("acme", "commitment", "list");
  const claim = ["--claim", "Half of the hours were on another kind of machine. The terms say H100.", "--amount", "520 USD", "--severity", "3"];
  const dispute = digits((await stage.as("acme", "dispute", "file", digits(id), "--obligation", "delivery", "--reason", "not-as-agreed", ...claim)).id);
  // First the node says what the log alone decides.
  await until(async () => (await stage.as("volt", "dispute", "list")).phase === "SETTLING");
  await stage.as("volt", "dispute", "respond", dispute, "--deny", "--text", "All of them ran in our H100 halls.");
  await stage.as("volt", "dispute", "evidence", dispute, "--file", stage.file("halls.csv", "hall,hours\n1,400\n"), "--note", "Meter readings of the halls");
  const said = await stage.lines("acme", "session", "show", session, "--messages");
  const offer = said.find(({ statement }) => statement?.type === "PROPOSE" && statement.body.kind !== "session-invitation");
  await stage.as("acme", "dispute", "evidence", dispute, "--statement", offer.hash, "--note", "The kind that was agreed");
  return session;
}

/** A deal that is being carried out. */
async function running(stage) {
  const session = await stage.session("acme", "northwind", "dispatch", "freight.ocean.container", "Two containers to Santos");
  const freight = (side, price, ...more) => [side, "Two containers, Rotterdam to Santos", "--price", `${price} USD`, "--due", "5h", "--pay-within", "3d", ...more];
  await stage.say("northwind", session, "propose", ...freight("--sell", "3800"));
  await stage.say("acme", session, "counter", ...freight("--buy", "3200"));
  await stage.say("northwind", session, "counter", ...freight("--sell", "3450", "--firm"));
  await stage.say("acme", session, "accept");
  await stage.say("northwind", session, "inform", "--progress", "delivery", "--text", "Loaded at 06:40, sails with the tide");
  return session;
}

/** A conversation in which the other side says something hostile. */
async function talking(stage) {
  const session = await stage.session("acme", "lingua", "desk", "translate.legal", "Supply contract, English to Portuguese");
  const words = (side, price) => [side, "Sworn translation, 9,000 words", "--price", `${price} USD`, "--due", "2d"];
  await stage.say("lingua", session, "propose", ...words("--sell", "1620"));
  await stage.say("lingua", session, "observe", "--text", HOSTILE).catch(() => null);
  await stage.say("acme", session, "counter", ...words("--buy", "1350"));
  await stage.say("lingua", session, "inform", "--text", HOSTILE);
  return session;
}

/** A session that waits for a person. */
async function asking(stage) {
  const session = await stage.session("acme", "gridwatch", "auditor", "audit.energy", "Audit of hall 3");
  await stage.say("gridwatch", session, "propose", "--sell", "Energy audit of hall 3", "--price", "4600 USD", "--due", "4d");
  await stage.say("acme", session, "escalate", "--authority", "acme.example", "--text", "This is above what I may spend. Shall I take it?");
  return session;
}

/** A session to which nobody came. */
async function failed(stage) {
  const session = await stage.invitation("acme", "saffron.example/kitchen", "catering.event", "Lunch for the open day");
  await stage.say("saffron", session, "reject", "--text", "We are fully booked that week");
  return session;
}
