// A browser of the machine, and people who come into the console with it. Whatever a page complains of is kept.
import { accessSync, constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Where the machine's browser is. */
function installed() {
  const places = process.env.PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (!found) throw new Error(`none of ${NAMES.join(", ")} is installed`);
  return found;
}

/** Starts it; it talks to nobody by itself. */
export function start() {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath: installed(), args });
}

/** Somebody who looks at the console. */
export class Visitor {
  /** What no page may do: fail, log an error, load something of another host. */
  complaints = [];

  /** Comes in by a link; an invitation asks for a name first. */
  static async by(browser, stage, link, options = {}) {
    const visitor = new Visitor();
    visitor.context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
    visitor.page = await visitor.context.newPage();
    visitor.base = stage.url;
    visitor.#listen();
    await visitor.page.goto(link);
    await visitor.page.getByRole("button").click();
    await visitor.page.waitForURL((url) => !/\/(signin|join)/.test(url.pathname));
    return visitor;
  }

  #listen() {
    const { page, complaints } = this;
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(this.base)) complaints.push(`${page.url()} asks for ${request.url()}`);
    });
  }

  /** Opens a page; gives the answer. */
  open(path) {
    return this.page.goto(`${this.base}${path}`, { waitUntil: "load" });
  }

  /** What is hard to use for somebody here, by axe. */
  async barriers() {
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run());
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`));
  }

  /** By how much the page is wider than what one sees. */
  overflow() {
    return this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  }

  close() {
    return this.context.close();
  }
}

/** The pages of the console, with something on each. */
export const pages = ({ consents, sessions, dispute, commitment }) => ({
  live: "/",
  session: `/console/sessions/${sessions.kept}`,
  course: `/console/sessions/${sessions.kept}/trace`,
  commitments: "/console/commitments",
  commitment: `/console/commitments/${commitment}`,
  disputes: "/console/disputes",
  dispute: `/console/disputes/${dispute}`,
  agents: "/console/agents",
  agent: "/console/agent?of=agent://volt.example/sales",
  consents: "/console/consents",
  consent: `/console/consents/${consents.volt}`,
  decision: `/console/consents/${consents.volt}/decision?decision=revoke`,
  log: "/console/log",
  settings: "/console/settings",
});
