// Walks through the console as its people take them, in a real browser at a real node. Run by `cargo xtask test`.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { Visitor, pages, start } from "./browser.mjs";
import { market } from "./market.mjs";
import { HOSTILE, Stage } from "./stage.mjs";

/** What a first page may load, with all that belongs to it. */
const FIRST_PAGE = 100_000;

let stage, ids, browser;

before(async () => {
  stage = await Stage.open();
  ids = await market(stage);
  for (const party of ["acme", "court"]) await stage.keep(party);
  browser = await start();
});

after(async () => {
  await browser?.close();
  await stage?.close();
});

/** A walk of somebody; what a page complained of fails it. */
const walk = (name, { as: party = "acme", role, ...options }, steps) =>
  test(name, async (t) => {
    const visitor = await Visitor.by(browser, stage, await stage.link(party, role), options);
    try {
      await steps(visitor, visitor.page, t);
      assert.deepEqual(visitor.complaints, []);
    } finally {
      await visitor.close();
    }
  });

walk("every page fits every screen in both themes and keeps nobody out", {}, async (visitor, page) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const [name, path] of Object.entries(pages(ids))) {
    assert.equal((await visitor.open(path)).status(), 200, name);
    assert.equal(await page.locator("h1").count(), 1, name);
    for (const width of [360, 768, 1280, 1920]) {
      await page.setViewportSize({ width, height: 860 });
      const here = `${name} at ${width}`;
      assert.ok(await visitor.overflow() <= 0, `${here} is too wide by ${await visitor.overflow()}`);
      if (width !== 360 && width !== 1280) continue;
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await visitor.barriers(), [], `${here} in ${colorScheme}`);
      }
    }
  }
});

walk("the first page is small, with all that it loads", {}, async (visitor, page) => {
  let bytes = 0;
  page.on("response", (response) => {
    const headers = response.headers();
    // The one answer without an end is that which tells the news.
    assert.ok(headers["content-length"] || headers["content-type"] === "text/event-stream", response.url());
    bytes += Number(headers["content-length"] ?? 0);
  });
  await visitor.open("/");
  await page.locator(".live-dot.on").waitFor();
  assert.ok(bytes > 10_000 && bytes <= FIRST_PAGE, `${bytes} bytes`);
});

walk("a negotiation arrives while one looks", {}, async (visitor, page) => {
  await visitor.open("/");
  await page.locator(".live-dot.on").waitFor();
  const opened = await stage.session("acme", "lingua", "desk", "translate.legal", "The annex to the supply contract");
  const row = page.locator(`a[href$="console/sessions/${opened}"]`);
  await row.waitFor();
  await row.click();
  await page.getByRole("heading", { name: "translate.legal" }).waitFor();
  await page.locator(".live-dot.on").waitFor();
  assert.equal(await page.locator("#talk > li").count(), 2);
  // What one has opened stays open when more comes, and nobody is moved away.
  const first = page.locator("#talk > li").first();
  await first.locator("summary").click();
  await stage.say("lingua", opened, "propose", "--sell", "Sworn translation of the annex", "--price", "210 USD", "--due", "1d");
  await page.locator("#talk > li").nth(2).waitFor();
  await stage.say("acme", opened, "counter", "--buy", "Sworn translation of the annex", "--price", "180 USD", "--due", "1d");
  await page.locator("#talk > li").nth(3).waitFor();
  assert.ok(await first.locator("details").evaluate((details) => details.open));
  await page.getByRole("heading", { name: "Price path" }).waitFor();
  assert.equal(await page.locator("#prices circle").count(), 2);
  assert.match(await page.locator("#waits").innerText(), /Answer to an offer/);
});

/** What the check of a statement in the page says. */
async function checked(page, which) {
  const said = page.locator("#talk > li").nth(which);
  await said.locator("summary").click();
  await said.getByRole("button", { name: "Check here" }).click();
  await said.locator(".checks li").first().waitFor();
  const of = (verdict) => said.locator(`.checks .${verdict}`).allInnerTexts();
  return { good: await of("good"), wrong: await of("wrong"), unknown: await of("unknown") };
}

walk("a statement is checked in the page", {}, async (visitor, page) => {
  await visitor.open(`/console/sessions/${ids.sessions.kept}`);
  const { good, wrong, unknown } = await checked(page, 2);
  assert.deepEqual([wrong, unknown], [[], []]);
  assert.equal(good.length, 5, good.join("\n"));
});

walk("a statement that the node has forged is shown as forged", {}, async (visitor, page) => {
  // A node that lies: it sends other words than were signed.
  await page.route("**/console/sessions/*", async (route) => {
    const answer = await route.fetch();
    const body = await answer.text();
    assert.ok(body.includes("&#34;2800&#34;"), "the price is in the page");
    await route.fulfill({ response: answer, body: body.replaceAll("&#34;2800&#34;", "&#34;2100&#34;") });
  });
  await visitor.open(`/console/sessions/${ids.sessions.kept}`);
  const { wrong } = await checked(page, 2);
  assert.ok(wrong.some((text) => text.includes("hash")), wrong.join("\n"));
  assert.ok(wrong.some((text) => text.includes("signature")), wrong.join("\n"));
  assert.match(await page.locator("#voice").innerText(), /checks failed/);
  // What it did not touch holds.
  assert.deepEqual((await checked(page, 1)).wrong, []);
});

walk("what another side says stays text, wherever it is shown", {}, async (visitor, page) => {
  await visitor.open(`/console/sessions/${ids.sessions.talking}`);
  const quoted = page.locator(".theirs", { hasText: "onerror" }).last();
  assert.equal((await quoted.innerText()).replace(/[“”]/g, "").trim(), HOSTILE);
  for (const path of ["/", `/console/sessions/${ids.sessions.talking}`]) {
    await visitor.open(path);
    assert.equal(await page.evaluate(() => globalThis.broken), undefined, path);
    assert.equal(await page.locator("main img").count(), 0, path);
  }
});

walk("an arbiter reads the case and rules", { as: "court", role: "arbiter" }, async (visitor, page) => {
  await page.getByText("yours to rule").waitFor();
  await page.getByRole("link", { name: "Not as agreed" }).click();
  await page.getByText("Half of the hours were on another kind of machine. The terms say H100.").waitFor();
  await page.getByText("All of them ran in our H100 halls.").waitFor();
  // A statement that was shown stands beside what it is shown for.
  await page.locator(".cited .said").waitFor();
  await page.getByLabel("Partly").check();
  await page.getByLabel("What is paid, if anything").fill("130");
  await page.getByLabel("Reasons").fill("A quarter of the hours ran elsewhere.");
  await page.getByRole("button", { name: "Sign the ruling" }).click();
  await page.locator(".timeline .theirs", { hasText: "A quarter of the hours ran elsewhere." }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Sign the ruling" }).count(), 0);
  const { rulings } = await stage.as("acme", "dispute", "show", ids.dispute);
  assert.deepEqual([rulings.at(-1).outcome, rulings.at(-1).amount], ["partly", { amount: "130", currency: "USD" }]);
});

walk("an owner grants what was asked", {}, async (visitor, page) => {
  await visitor.open("/console/consents");
  await page.getByRole("row", { name: /yours to grant/ }).getByRole("link").click();
  await page.getByRole("link", { name: "Grant" }).click();
  await page.getByText("signed with the key").waitFor();
  await page.getByRole("button", { name: "Grant" }).click();
  await page.getByText("acme.example granted by a statement").waitFor();
  const all = await stage.lines("zephyr", "consent", "list");
  assert.equal(all[0].standing, "GRANTED");
});

walk("an owner revokes, and is told before what ends", {}, async (visitor, page) => {
  await visitor.open(`/console/consents/${ids.consents.foldline}`);
  await page.getByRole("link", { name: "Revoke" }).click();
  await page.getByRole("heading", { name: "Ends at once" }).waitFor();
  assert.equal(await page.locator(`a[href$="console/sessions/${ids.sessions.invited}"]`).count(), 1);
  await page.getByRole("link", { name: "Leave it as it is" }).click();
  await page.getByRole("link", { name: "Revoke" }).click();
  await page.getByLabel("Reason").fill("We buy from somebody else");
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByText("acme.example revoked it").waitFor();
  await page.getByText("has not confirmed yet").waitFor();
  const all = await stage.lines("foldline", "consent", "list");
  assert.equal(all[0].standing, "REVOKED");
});

walk("who audits reads and finds nothing to decide", { role: "auditor" }, async (visitor, page) => {
  await visitor.open(`/console/consents/${ids.consents.volt}`);
  assert.equal(await page.getByRole("link", { name: "Revoke" }).count(), 0);
  await visitor.open(`/console/disputes/${ids.dispute}`);
  assert.equal(await page.getByRole("button", { name: "Sign the ruling" }).count(), 0);
});

walk("the course of a session tells who waited for whom", {}, async (visitor, page) => {
  await visitor.open(`/console/sessions/${ids.sessions.kept}`);
  await page.getByRole("link", { name: "Course" }).click();
  await page.getByRole("heading", { name: "Who waited for whom" }).waitFor();
  assert.equal(await page.locator("svg.plot circle").count(), 14);
  assert.ok(await page.getByText("Answered").count() >= 5);
  await page.getByText("A commitment stands").waitFor();
  await page.getByText("delivery is fulfilled").first().waitFor();
});

walk("an agent is found, and why it is trusted", {}, async (visitor, page) => {
  await visitor.open("/console/agents");
  await page.getByLabel("Search for").fill("translators");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText("1 found").waitFor();
  await visitor.open("/console/agents");
  await page.getByRole("link", { name: /sales/ }).click();
  await page.getByRole("heading", { name: "Trust", exact: true }).waitFor();
  assert.ok(await page.locator(".factor").count() > 3);
});

walk("a statement is looked up in the log with its way to the root", {}, async (visitor, page) => {
  await visitor.open(`/console/sessions/${ids.sessions.kept}`);
  const hash = await page.locator("[data-statement]").first().getAttribute("data-hash");
  await visitor.open("/console/log");
  await page.getByLabel("Hash of a statement").fill(hash);
  await page.getByRole("button", { name: "Look up" }).click();
  await page.getByText("That is the root of the log").waitFor();
  // Nobody looks up what nobody said.
  await page.getByLabel("Hash of a statement").fill("7".repeat(64));
  await page.getByRole("button", { name: "Look up" }).click();
  await page.getByText("There is no such statement, or it is not yours to read.").waitFor();
});

walk("without scripts everything can be read", { javaScriptEnabled: false }, async (visitor, page) => {
  for (const path of Object.values(pages(ids))) assert.equal((await visitor.open(path)).status(), 200, path);
  await visitor.open(`/console/sessions/${ids.sessions.kept}`);
  await page.locator("#talk summary").first().click();
  assert.ok(await page.locator("#talk pre").first().isVisible());
  assert.equal(await page.locator(".live-dot").isVisible(), false);
});

walk("an owner makes a webhook, tries it and removes it", {}, async (visitor, page) => {
  const told = [];
  const receiver = createServer((request, response) => {
    told.push(request.headers["webhook-id"]);
    request.resume();
    response.writeHead(204).end();
  });
  await new Promise((listens) => receiver.listen(0, "127.0.0.1", listens));
  try {
    const url = `http://127.0.0.1:${receiver.address().port}/in`;
    await visitor.open("/console/settings");
    await page.getByLabel("Have what happens delivered to").fill(url);
    await page.getByRole("button", { name: "Make a webhook" }).click();
    await page.getByText(/^whsec_/).waitFor();
    assert.deepEqual(await visitor.barriers(), []);
    await page.getByRole("link", { name: "Settings" }).first().click();
    await page.getByRole("link", { name: url }).click();
    await page.getByRole("button", { name: "Send a test event" }).click();
    await page.getByText("It took the test event").waitFor();
    assert.equal(told.length, 1);
    await page.setViewportSize({ width: 360, height: 860 });
    assert.ok(await visitor.overflow() <= 0);
    assert.deepEqual(await visitor.barriers(), []);
    await page.getByRole("button", { name: "Remove this webhook" }).click();
    await page.waitForURL(/\/console\/settings$/);
    assert.equal(await page.getByRole("link", { name: url }).count(), 0);
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});

walk("the keyboard is enough, and the theme is kept", {}, async (visitor, page) => {
  await visitor.open("/");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const theme = page.getByRole("button", { name: "Light or dark" });
  await theme.focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await visitor.open("/console/log");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
});

walk("who signs out sees what everybody sees", {}, async (visitor, page) => {
  await visitor.open("/console/settings");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(`${stage.url}/`);
  await visitor.open(`/console/sessions/${ids.sessions.kept}`);
  assert.match(page.url(), /\/signin$/);
});
