// Writes a picture of every page in both themes to docs/screens. Run by `cargo xtask screens`; look at what it has drawn.
import { mkdirSync } from "node:fs";

import { Visitor, pages, start } from "./browser.mjs";
import { market } from "./market.mjs";
import { Stage } from "./stage.mjs";

const folder = new URL("../../docs/screens/", import.meta.url).pathname;
const SIZE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };
/** Pages that are drawn for a narrow screen too. */
const NARROWED = ["live", "session"];

mkdirSync(folder, { recursive: true });
const stage = await Stage.open();
const browser = await start();
try {
  const ids = await market(stage);
  for (const party of ["acme", "court"]) await stage.keep(party);
  const owner = await Visitor.by(browser, stage, await stage.link("acme"));
  const arbiter = await Visitor.by(browser, stage, await stage.link("court", "arbiter"));
  const all = { ...pages(ids), log: `/console/log?hash=${ids.commitment}` };
  for (const [name, path] of Object.entries(all)) {
    await drawn(name === "dispute" ? arbiter : owner, name, path);
  }
  for (const visitor of [owner, arbiter]) {
    if (visitor.complaints.length) throw new Error(visitor.complaints.join("\n"));
  }
} finally {
  await browser.close();
  await stage.close();
}

/** A page in both themes; of a session a statement that has been checked. */
async function drawn({ page, base }, name, path) {
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const [suffix, size] of [["", SIZE], ...(NARROWED.includes(name) ? [["-narrow", NARROW]] : [])]) {
      await page.setViewportSize(size);
      await page.goto(`${base}${path}`, { waitUntil: "load" });
      await page.screenshot({ path: `${folder}${name}${suffix}-${theme}.png` });
    }
    if (name === "session") {
      await page.setViewportSize(SIZE);
      const said = page.locator("#talk > li").nth(2);
      await said.locator("summary").click();
      await said.getByRole("button", { name: "Check here" }).click();
      await said.locator(".checks li").first().waitFor();
      await said.scrollIntoViewIfNeeded();
      await page.screenshot({ path: `${folder}check-${theme}.png` });
    }
  }
}
