// A real node in a temporary folder, and what stands between it and a client in the tests.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttp, request as ask } from "node:http";
import { createServer, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { Client, SecretKey } from "assent";

/** The program that is served. */
export const program = process.env.ASSENT_BINARY ?? "";

/** The environment without what it might say to the program. */
export const environment = () => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ASSENT_"))),
  ASSENT_LOG: "warn",
});

/** A node; it goes with `close`. */
export class Stage {
  #node;
  #closing = [];

  static async open() {
    assert.notEqual(program, "", "ASSENT_BINARY names the program to serve");
    const stage = new Stage();
    stage.folder = mkdtempSync(join(tmpdir(), "assent-typescript-"));
    const serve = ["serve", "--json", "--quiet", "--listen", "127.0.0.1:0", "--data", join(stage.folder, "data")];
    stage.#node = spawn(program, serve, { env: environment(), stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: stage.#node.stdout })) {
      stage.url = JSON.parse(line).url;
      return stage;
    }
    throw new Error(`${program} does not serve`);
  }

  /** Has something done when the stage closes. */
  defer(close) {
    this.#closing.push(close);
  }

  async close() {
    for (const close of this.#closing) await close();
    const gone = once(this.#node, "exit");
    this.#node.kill("SIGTERM");
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Two organisations that may talk, each with an agent. */
  async market() {
    const client = await Client.connect(this.url);
    const arrive = async (domain) => {
      const [root, key, uri] = [SecretKey.generate(), SecretKey.generate(), `agent://${domain}/desk`];
      const organisation = client.organisation(domain, root);
      await organisation.register();
      const card = { name: "desk", description: "trades", capabilities: ["provision.compute.gpu"] };
      await organisation.registerAgent(uri, key, card);
      return { organisation, uri, key, agent: client.agent(uri, key) };
    };
    const [acme, volt] = [await arrive("acme.example"), await arrive("volt.example")];
    const terms = { with: "volt.example", purpose: "trade", capabilities: ["provision"], expiresAt: client.after(3_600_000) };
    await volt.organisation.grantConsent(await acme.organisation.requestConsent(terms));
    return { client, acme, volt };
  }

  /** A way to the node whose connections can be cut. */
  async relay() {
    const sockets = new Set();
    const server = createServer((near) => {
      const far = connect(Number(new URL(this.url).port), "127.0.0.1");
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on("error", () => {}).on("close", () => sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const cut = () => [...sockets].filter((socket) => socket.destroy()).length;
    this.defer(() => (cut(), server.close()));
    return { url: `http://127.0.0.1:${server.address().port}`, cut };
  }

  /** A server that passes on what the node says as `change` makes it; whole answers, and events one chunk at a time. */
  async liar(change) {
    const server = createHttp(async (request, response) => {
      const body = [];
      for await (const chunk of request) body.push(chunk);
      // With the host that was asked for, which the proofs in the headers name.
      const asked = ask(`${this.url}${request.url}`, { method: request.method, headers: request.headers });
      asked.end(Buffer.concat(body));
      const [answer] = await once(asked, "response");
      const type = answer.headers["content-type"] ?? "";
      const told = (bytes) => change(`${request.method} ${request.url}`, bytes.toString());
      response.writeHead(answer.statusCode, { "content-type": type });
      response.on("close", () => asked.destroy());
      if (type.startsWith("text/event-stream")) {
        answer.on("data", (chunk) => response.write(told(chunk))).on("close", () => response.destroy());
        return;
      }
      const chunks = [];
      for await (const chunk of answer) chunks.push(chunk);
      response.end(told(Buffer.concat(chunks)));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    this.defer(() => (server.closeAllConnections(), server.close()));
    return `http://127.0.0.1:${server.address().port}`;
  }
}
