// The types of the node's API, from its own description.
import openapiTypes, { astToString } from "openapi-typescript";

/** The text of `src/generated/openapi.ts` for a description. */
export const types = async (description) => {
  const document = JSON.parse(description);
  // Calls are named by their paths here.
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item))) delete operation.operationId;
  const tree = await openapiTypes(document, { immutable: true, alphabetize: true, emptyObjectsUnknown: true });
  return `// Generated from openapi.json, which a node says of itself, by \`npm run generate\`; do not edit.\n\n${astToString(tree)}`;
};
