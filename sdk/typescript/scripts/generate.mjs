// Writes `src/generated`: from `spec/`, and the types of the API from a node's own description of itself, which is kept
// beside them. With `--openapi ADDRESS` the description is first read anew from the node at that address.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { types } from "./openapi.mjs";
import { files } from "./spec.mjs";

const here = new URL("../", import.meta.url);
const generated = new URL("src/generated/", here);
mkdirSync(generated, { recursive: true });
for (const [name, text] of Object.entries(files())) writeFileSync(new URL(name, generated), text);

const kept = new URL("openapi.json", here);
const option = process.argv.indexOf("--openapi");
if (option > 0) {
  const answer = await fetch(new URL("/openapi.json", process.argv[option + 1]));
  writeFileSync(kept, `${await answer.text()}\n`);
}
writeFileSync(new URL("openapi.ts", generated), await types(readFileSync(kept, "utf8")));
