// Which streams have to be known to judge a statement: what a bundle needs to be whole.

import { isObject, type Json, type JsonObject } from "./canonical.js";
import { organisationOf } from "./forms.js";
import type { Statement } from "./statement.js";

const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
const text = (value: Json | undefined): string[] => (typeof value === "string" ? [value] : []);
const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** The packages of terms that a statement offers. */
export const packagesOf = (statement: Statement): JsonObject[] => {
  const { body } = statement;
  if (statement.fields.type !== "PROPOSE" && statement.fields.type !== "COUNTER") return [];
  if (body["kind"] === "proposal" || body["kind"] === "counter-offer") return objects(body["packages"]);
  return body["kind"] === "amendment" ? [object(body["package"])] : [];
};

/** The stream that the statement with this hash opened. */
export const openedBy = (kind: string, hash: string): string => `${kind}:${hash.replace(/^sha256:/, "")}`;

/** The evidence of a statement that says that something is fulfilled, if it is somebody else's attestation. */
export const attestationOf = (statement: Statement): JsonObject | undefined => {
  const evidence = object(statement.body["evidence"]);
  const isOne = statement.fields.type === "INFORM" && statement.body["kind"] === "fulfilment";
  return isOne && evidence["method"] === "attestation" ? object(evidence["attestation"]) : undefined;
};

/** How the obligations and stages that a statement offers are to be shown. */
const showingsOf = (statement: Statement): JsonObject[] => {
  const owed = packagesOf(statement).flatMap((terms) => objects(terms["obligations"]));
  const stages = owed.flatMap((obligation) => objects(obligation["stages"]));
  return [...owed, ...stages].map((part) => part["shownBy"]).filter(isObject);
};

/** The streams that have to be known to judge a statement, its own among them. */
export const needs = (statement: Statement): Set<string> => {
  const { issuer } = statement.fields;
  const agents = issuer.startsWith("agent://") ? [issuer] : [];
  const domains = issuer.startsWith("agent://") || issuer.startsWith("node:") ? [] : [issuer];
  const streams = [statement.stream];
  if (statement.kind === "agent") domains.push(organisationOf(statement.stream.slice("agent:".length)));
  addSpoken(statement, { agents, domains, streams });
  for (const showing of showingsOf(statement)) {
    if (showing["method"] === "attestation") agents.push(...text(showing["by"]));
    else if (showing["method"] === "schema") domains.push(...text(showing["by"]));
  }
  const attestation = attestationOf(statement);
  if (attestation !== undefined) agents.push(...text(object(attestation["claim"])["attester"]));
  domains.push(...agents.map(organisationOf));
  return new Set([...streams, ...agents.map((agent) => `agent:${agent}`), ...domains.map((domain) => `org:${domain}`)]);
};

interface Found {
  readonly agents: string[];
  readonly domains: string[];
  readonly streams: string[];
}

/** Adds what a statement of its type names. */
const addSpoken = (statement: Statement, { agents, domains, streams }: Found): void => {
  const { body } = statement;
  const said = `${statement.fields.type} ${String(body["kind"] ?? "")}`;
  const consents = (value: Json | undefined): void => {
    streams.push(...texts(value).map((hash) => openedBy("consent", hash)));
  };
  if (said === "consent.request ") {
    domains.push(...text(body["with"]));
  } else if (said === "DELEGATE ") {
    agents.push(...text(body["to"]));
    streams.push(...text(body["consent"]).map((hash) => openedBy("consent", hash)));
  } else if (said === "PROPOSE session-invitation") {
    agents.push(...objects(body["participants"]).flatMap((participant) => text(participant["agent"])));
    consents(body["consents"]);
  } else if (said === "PROPOSE admission") {
    agents.push(...text(body["agent"]));
    consents(body["consents"]);
  } else if (said === "dispute.file ") {
    streams.push(...text(body["session"]).map((hash) => openedBy("session", hash)));
  } else if (said === "INFORM award") {
    streams.push(...text(body["dispute"]).map((hash) => openedBy("dispute", hash)));
  }
  if (said === "PROPOSE session-invitation" || said === "COUNTER conditions") {
    domains.push(...objects(body["schemas"]).flatMap((schema) => text(schema["by"])));
  }
};
