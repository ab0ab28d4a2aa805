// The types of the node's API, from its own description.
import openapiTypes, { astToString } from "openapi-typescript";

/** The text of `src/generated/openapi.ts` for a description. */
export const types = async (description) => {
  const tree = await openapiTypes(JSON.parse(description), { immutable: true, alphabetize: true });
  return `// Generated from openapi.json, which a node says of itself, by \`npm run generate\`; do not edit.\n\n${astToString(tree)}`;
};
