// The JSON that a node answers with, typed from its own description.

import type { Hash, Money, Package, SessionReceipt } from "./generated/bodies.js";
import type { components, paths } from "./generated/openapi.js";
import type { Head } from "./statement.js";

type Schemas = components["schemas"];

/** A path that is read with GET and answers with JSON. */
export type ReadPath = {
  [P in keyof paths]: paths[P] extends { get: { responses: { 200: { content: { "application/json": unknown } } } } } ? P : never;
}[keyof paths];

/** What reading a path gives. */
export type Answer<P extends ReadPath> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

type Asked<P extends ReadPath> = paths[P] extends { get: { parameters: infer Parameters } } ? Parameters : never;
type Part<T, Name extends string> = T extends { readonly [N in Name]: infer Value } ? Value : T extends { readonly [N in Name]?: infer Value } ? Value : never;

/** What is put into a path and behind it. */
export interface Parameters<P extends ReadPath> {
  /** The values of what stands in braces in the path. */
  readonly path?: Part<Asked<P>, "path">;
  /** What stands behind the question mark. */
  readonly query?: Part<Asked<P>, "query">;
}

export type Configuration = Schemas["Configuration"];
export type SearchQuery = Omit<Schemas["SearchQuery"], "maxPrice" | "value" | "minTrust"> & {
  readonly maxPrice?: Money;
  readonly value?: Money;
  readonly minTrust?: { readonly score: string; readonly value: Money };
};
export type AgentPage = Schemas["AgentPage"];
export type AgentHit = Schemas["AgentHit"];
export type AgentView = Omit<Schemas["AgentView"], "head"> & { readonly head: Head };
export type OrganisationView = Omit<Schemas["OrganisationView"], "head"> & { readonly head: Head };
export type ConsentView = Omit<Schemas["ConsentView"], "head"> & { readonly head: Head };
export type CommitmentView = Schemas["CommitmentView"];
export type Assessment = Schemas["AssessmentView"];
export type SessionSummary = Schemas["SessionSummary"];
export type SessionPage = Schemas["SessionPage"];

/** An open offer as the node tells it. */
export type OfferView = Omit<Schemas["OfferView"], "packages"> & { readonly packages: Readonly<Record<Hash, Package>> };

/** A session as the node tells it. */
export type SessionView = Omit<Schemas["SessionView"], "head" | "offers" | "receipt"> & {
  readonly head: Head;
  readonly offers: readonly OfferView[];
  readonly receipt: SessionReceipt;
};

/** The path with its values in place. Those of `{path}` may have slashes of their own. */
export const filled = (path: string, values: Readonly<Record<string, unknown>> = {}): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(values[name] ?? "");
    return name === "path" ? value.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value);
  });
