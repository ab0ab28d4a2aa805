// What stands before a node for a page that is not its own: files of the page, and under the same address the way to the node.
import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { extname, normalize } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

const sdk = new URL("../../", import.meta.url);
/** What a project that installed the package has under `node_modules`, and where that is here. */
const PLACES = [
  ["/node_modules/assent/", sdk],
  ["/node_modules/@noble/", new URL("node_modules/@noble/", sdk)],
  ["/tests/", new URL("./", import.meta.url)],
];
const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript" };

/** Serves `page` as the first page; what is no file of its own goes to the node at `url`. */
export const serve = async (page, url) => {
  const server = createServer((request, response) => {
    answer(page, url, request, response).catch(() => response.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => (server.closeAllConnections(), server.close()),
  };
};

const answer = async (page, url, request, response) => {
  const path = normalize(new URL(request.url, url).pathname);
  if (path === "/") return response.setHeader("content-type", "text/html; charset=utf-8").end(page);
  // A browser asks for it by itself.
  if (path === "/favicon.ico") return response.writeHead(204).end();
  const place = PLACES.find(([begins]) => path.startsWith(begins));
  if (place === undefined) return passOn(url, request, response);
  const file = fileURLToPath(new URL(path.slice(place[0].length), place[1]));
  const isThere = statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  if (!isThere) return response.writeHead(404).end();
  response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
  return pipeline(createReadStream(file), response);
};

/** With the host that was asked for, which the proofs in the headers name. */
const passOn = async (url, request, response) => {
  const asked = ask(`${url}${request.url}`, { method: request.method, headers: request.headers });
  response.on("close", () => asked.destroy());
  request.pipe(asked);
  const [told] = await once(asked, "response");
  response.writeHead(told.statusCode, told.headers);
  await pipeline(told, response);
};
