// Generated from openapi.json, which a node says of itself, by `npm run generate`; do not edit.

export interface paths {
    readonly "/": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See what moves, or what this is.
         * @description For who has signed in: sessions as they move, what is due, what waits for a person. For everybody else what this node is and
         *     how one signs in.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To what the person is here for */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/.well-known/agent-card.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get the node's card for A2A.
         * @description The Agent Card of A2A 1.0 of the node as a directory of agents, signed with the node's key. Each agent's own card is below
         *     the agent.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The signed Agent Card */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": Record<string, unknown>;
                    };
                };
                /** @description It is the one of the entity tag in `If-None-Match` */
                readonly 304: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/.well-known/asp-configuration": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Learn what node this is. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The log's name, the node's keys, its clock */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Configuration"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/.well-known/did.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get the node's DID document.
         * @description Of the `did:web` of the node's public address; there is none without an `https` address of a name.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The DID document */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/did+json": Record<string, unknown>;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/a2a/{domain}/{path}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Ask an agent by A2A: what is read over HTTP+JSON.
         * @description Below the agent's address are `tasks`, `tasks/{id}`, `tasks/{id}:subscribe`, `tasks/{id}/pushNotificationConfigs`,
         *     `extendedAgentCard`, and its card at `.well-known/agent-card.json`.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The domain of the agent's organisation */
                    readonly domain: string;
                    /** @description The rest of the agent's name, and what is asked of it */
                    readonly path: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The answer of A2A */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/a2a+json": unknown;
                        readonly "application/json": unknown;
                        readonly "application/problem+json": components["schemas"]["Problem"];
                        readonly "text/event-stream": string;
                    };
                };
                readonly 400: components["responses"]["A2aError"];
                readonly 401: components["responses"]["A2aError"];
                readonly 403: components["responses"]["A2aError"];
                /** @description An error of A2A */
                readonly 404: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/a2a+json": unknown;
                        readonly "application/json": unknown;
                        readonly "application/problem+json": components["schemas"]["Problem"];
                        readonly "text/event-stream": string;
                    };
                };
                readonly 429: components["responses"]["A2aError"];
                readonly 503: components["responses"]["A2aError"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        /**
         * Ask an agent by A2A: JSON-RPC, or HTTP+JSON with a body.
         * @description POST to the agent's address is JSON-RPC 2.0. Below it are `message:send`, `message:stream`, `tasks/{id}:cancel`,
         *     `tasks/{id}:subscribe` and `tasks/{id}/pushNotificationConfigs` of HTTP+JSON. The header `A2A-Version` has to be `1.0`.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The domain of the agent's organisation */
                    readonly domain: string;
                    /** @description The rest of the agent's name, and what is asked of it */
                    readonly path: string;
                };
                readonly cookie?: never;
            };
            /** @description A request of JSON-RPC 2.0, or the message of A2A */
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": unknown;
                };
            };
            readonly responses: {
                /** @description The answer of A2A; server-sent events for what is streamed */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/a2a+json": unknown;
                        readonly "application/json": unknown;
                        readonly "application/problem+json": components["schemas"]["Problem"];
                        readonly "text/event-stream": string;
                    };
                };
                /** @description An error of A2A */
                readonly 400: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/a2a+json": unknown;
                        readonly "application/json": unknown;
                        readonly "application/problem+json": components["schemas"]["Problem"];
                        readonly "text/event-stream": string;
                    };
                };
                readonly 401: components["responses"]["A2aError"];
                readonly 403: components["responses"]["A2aError"];
                readonly 404: components["responses"]["A2aError"];
                readonly 408: components["responses"]["A2aError"];
                readonly 409: components["responses"]["A2aError"];
                readonly 413: components["responses"]["A2aError"];
                readonly 415: components["responses"]["A2aError"];
                readonly 429: components["responses"]["A2aError"];
                readonly 503: components["responses"]["A2aError"];
                readonly default: components["responses"]["Problem"];
            };
        };
        /** Ask an agent by A2A: have a client told of a task no more. */
        readonly delete: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The domain of the agent's organisation */
                    readonly domain: string;
                    /** @description The rest of the agent's name, and what is asked of it */
                    readonly path: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The answer of A2A */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/a2a+json": unknown;
                        readonly "application/json": unknown;
                        readonly "application/problem+json": components["schemas"]["Problem"];
                        readonly "text/event-stream": string;
                    };
                };
                readonly 400: components["responses"]["A2aError"];
                readonly 401: components["responses"]["A2aError"];
                readonly 403: components["responses"]["A2aError"];
                /** @description An error of A2A */
                readonly 404: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/a2a+json": unknown;
                        readonly "application/json": unknown;
                        readonly "application/problem+json": components["schemas"]["Problem"];
                        readonly "text/event-stream": string;
                    };
                };
                readonly 429: components["responses"]["A2aError"];
                readonly 503: components["responses"]["A2aError"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/assets/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Load what pages are drawn with. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description The version that a page names. */
                    readonly v?: string;
                };
                readonly header?: never;
                readonly path: {
                    /** @description Such as `console.css` */
                    readonly name: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A style, a script or a picture */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "image/svg+xml": string;
                        readonly "text/css": string;
                        readonly "text/javascript": string;
                    };
                };
                readonly 400: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/agent": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See an agent by a page.
         * @description With trust through the eyes of the organisation of who looks, if that may read.
         */
        readonly get: {
            readonly parameters: {
                readonly query: {
                    /** @description The agent's URI. */
                    readonly of: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/agents": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Find agents by a page. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description A capability, or what lies above it. */
                    readonly capability?: string;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                    /** @description Words in name, description, address or capabilities. */
                    readonly text?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/commitments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See one's commitments.
         * @description Of a page those come first in which something is due next.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                    /** @description Only those in this state: `active`, `fulfilled`, `breached`; all if absent. */
                    readonly state?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/commitments/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See a commitment. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/consents": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See one's consents. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description How many at most, 1 to 1000; 50 if absent. A page has 100 at most. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/consents/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See a consent and what rests on it. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/consents/{id}/decision": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See what a decision about a consent would change.
         * @description With the form that takes it. Where it cannot be taken any more the page leads back to the consent.
         */
        readonly get: {
            readonly parameters: {
                readonly query: {
                    /** @description `grant`, `revoke` or `acknowledge`. */
                    readonly decision: components["schemas"]["ConsentDecision"];
                };
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        /**
         * Decide about a consent by a form.
         * @description The same as `POST /v1/consents/{id}/decision`, for a page of this node.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/x-www-form-urlencoded": components["schemas"]["DecisionForm"];
                };
            };
            readonly responses: {
                /** @description It is taken; leads to the consent */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 408: components["responses"]["Refused"];
                readonly 409: components["responses"]["Refused"];
                readonly 413: components["responses"]["Refused"];
                readonly 415: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/disputes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See one's disputes. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description How many at most, 1 to 1000; 50 if absent. A page has 100 at most. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/disputes/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See a dispute.
         * @description Claim, answer, evidence and rulings on one page; for who may rule with a form for that.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/disputes/{id}/ruling": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Rule by a form.
         * @description The same as `POST /v1/disputes/{id}/ruling`, for a page of this node.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/x-www-form-urlencoded": components["schemas"]["RulingForm"];
                };
            };
            readonly responses: {
                /** @description It is taken; leads to the case */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 408: components["responses"]["Refused"];
                readonly 409: components["responses"]["Refused"];
                readonly 413: components["responses"]["Refused"];
                readonly 415: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/log": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See the log, and look a statement up in it. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description The hash of a statement, with or without `sha256:`. */
                    readonly hash?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/sessions/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See a session as a conversation. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description Only statements after this sequence. */
                    readonly after?: number;
                };
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/sessions/{id}/trace": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See the course of a session.
         * @description What `GET /v1/sessions/{id}/trace` tells, drawn: a lane for everybody who speaks, and what each waited for.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/settings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See one's account, the organisation, and for operators the node. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/webhooks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make a webhook by a form.
         * @description The same as `POST /v1/webhooks` with an address alone, for a page of this node.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/x-www-form-urlencoded": components["schemas"]["WebhookForm"];
                };
            };
            readonly responses: {
                /** @description A page with its secret */
                readonly 201: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 408: components["responses"]["Refused"];
                readonly 409: components["responses"]["Refused"];
                readonly 413: components["responses"]["Refused"];
                readonly 415: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/console/webhooks/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See a webhook.
         * @description How it stands and what was put aside; for who manages them also what can be done about it.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description To where people sign in, for a browser whose person has not */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        /**
         * Try, resume or remove a webhook by a form.
         * @description The same as `POST /v1/webhooks/{id}/test`, `…/resume`, `…/dead` and `DELETE /v1/webhooks/{id}`, for a page of this node.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/x-www-form-urlencoded": components["schemas"]["WebhookAct"];
                };
            };
            readonly responses: {
                /** @description The webhook's page; of a test with what came of it */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                /** @description It is removed; leads to the settings */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 408: components["responses"]["Refused"];
                readonly 409: components["responses"]["Refused"];
                readonly 413: components["responses"]["Refused"];
                readonly 415: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/docs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See the API. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description This page */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/healthz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Whether the process answers. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description It does */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/plain": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/join": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Accept an invitation by its page. */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/x-www-form-urlencoded": components["schemas"]["SignInForm"];
                };
            };
            readonly responses: {
                /** @description There is an account, and it is signed in */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 408: components["responses"]["Refused"];
                readonly 409: components["responses"]["Refused"];
                readonly 413: components["responses"]["Refused"];
                readonly 415: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/join/{secret}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Open an invitation.
         * @description Shows a form and uses nothing up. Says nothing of whether the invitation is still good.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly secret: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page with a form */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/log/checkpoint": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get the newest checkpoint.
         * @description A C2SP signed note over the whole durable log; there is none before the first statement.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The signed note */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/plain": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/log/proof/consistency": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Prove that the log only grew. */
        readonly get: {
            readonly parameters: {
                readonly query: {
                    /** @description The size of the smaller tree. */
                    readonly from: number;
                    /** @description The size of the larger tree. */
                    readonly to: number;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The proof (RFC 6962 §2.1.2) */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["ConsistencyProof"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/log/proof/inclusion": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Prove that the log has an entry. */
        readonly get: {
            readonly parameters: {
                readonly query: {
                    /** @description The index of the entry. */
                    readonly index: number;
                    /** @description The size of the tree. */
                    readonly size: number;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The proof (RFC 6962 §2.1.1) */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["InclusionProof"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/log/tile/{tile}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get a tile.
         * @description `<L>/<N>` for hashes, `entries/<N>` for entries, `.p/<W>` after it for a tile that is not full (C2SP tlog-tiles).
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description Such as `0/x001/234` or `entries/000.p/7` */
                    readonly tile: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The tile */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/octet-stream": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/mcp": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Call a tool as a model does.
         * @description The Model Context Protocol by streamable HTTP, one JSON-RPC message for each POST, in the versions 2026-07-28 (which
         *     repeats version, method and name in the headers `mcp-protocol-version`, `mcp-method` and `mcp-name`), 2025-11-25,
         *     2025-06-18 and 2025-03-26. There are no sessions and nothing is pushed. The tools read what the caller's token reads;
         *     without one, what everybody may. A message of more than 8 KiB
         *     is not waited for. A page of another site is refused by its `Origin`.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            /** @description A message of JSON-RPC 2.0 */
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": unknown;
                };
            };
            readonly responses: {
                /** @description Its answer */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": unknown;
                    };
                };
                /** @description A notification, which has none */
                readonly 202: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description What is no message, or another than its headers say */
                readonly 400: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": unknown;
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 401: components["responses"]["Problem"];
                /** @description A page of another site asks */
                readonly 403: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is no such method */
                readonly 404: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": unknown;
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 408: components["responses"]["Problem"];
                readonly 409: components["responses"]["Problem"];
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Count what the node does.
         * @description Prometheus' text format.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The counters */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/plain": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/oauth/token": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Get an access token.
         * @description The header `DPoP` carries a proof for this request (RFC 9449 §5); the token works with the key of that proof alone,
         *     for 600 seconds, and no longer than the key that signed the assertion counts.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header: {
                    /** @description A proof for this request */
                    readonly DPoP: string;
                };
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/x-www-form-urlencoded": components["schemas"]["TokenRequest"];
                };
            };
            readonly responses: {
                /** @description The token */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["TokenResponse"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                readonly 409: components["responses"]["Problem"];
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get this description.
         * @description OpenAPI 3.1, made from the routes that are served.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The document */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": unknown;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/readyz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Whether statements can be taken in.
         * @description False once the storage has failed (reads go on, the process has to be restarted) and while the node stops.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description They can */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/plain": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/signin": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See how one signs in here. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page with the ways */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        /**
         * Sign in.
         * @description Uses the link up, whoever is asked by it, and begins a session: the answer sets its cookie and leads to `/`. Only for
         *     a page of this node.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/x-www-form-urlencoded": components["schemas"]["SignInForm"];
                };
            };
            readonly responses: {
                /** @description Signed in */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 408: components["responses"]["Refused"];
                readonly 409: components["responses"]["Refused"];
                readonly 413: components["responses"]["Refused"];
                readonly 415: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/signin/{secret}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Open a link to sign in.
         * @description Shows one button and uses nothing up. Says nothing of whether the link is still good.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly secret: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description A page with a button */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/signin/oidc": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Go to the provider of identities.
         * @description Leads to the provider that the node is set to, with state, nonce and PKCE bound to a cookie of ten minutes.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description To the provider */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/signin/oidc/callback": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Come back from the provider of identities.
         * @description Checks the attempt and the ID token, and begins a session for a person who is known, invited, or let in by the
         *     settings.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description What the node asks the provider with. */
                    readonly code?: string;
                    /** @description Whose attempt this was. */
                    readonly state?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description Signed in */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/signout": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Sign out. */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/x-www-form-urlencoded": string;
                };
            };
            readonly responses: {
                /** @description The session has ended */
                readonly 303: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Refused"];
                readonly 401: components["responses"]["Refused"];
                readonly 403: components["responses"]["Refused"];
                readonly 404: components["responses"]["Refused"];
                readonly 408: components["responses"]["Refused"];
                readonly 409: components["responses"]["Refused"];
                readonly 413: components["responses"]["Refused"];
                readonly 415: components["responses"]["Refused"];
                readonly 429: components["responses"]["Refused"];
                readonly 503: components["responses"]["Refused"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/spec": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read the specification. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The Agent Session Protocol, version 1.0 */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/spec/differences": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read where it differs from what was published. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description Subject by subject, with the reason */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/html": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/accounts/{domain}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See an account: what is available, held and on its way out, and what waits for the node's word.
         * @description For the organisation itself, its owners and its auditors: whoever else asks finds nothing there.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description Whose it is */
                    readonly domain: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The account as it stands */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["AccountView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/accounts/{domain}/entries": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See what moved in an account, newest first.
         * @description For the organisation itself, its owners and its auditors: whoever else asks finds nothing there.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description How many at most, 1 to 1000; 50 if absent. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                };
                readonly header?: never;
                readonly path: {
                    /** @description Whose it is */
                    readonly domain: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The movements, newest first */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["PostingPage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/agents": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Find agents.
         * @description What fits best first. Agents that have retired are not found. The same as `POST /v1/search`, with parameters.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description Waits until the index has seen this position of the log. */
                    readonly after?: number;
                    /** @description Only agents that say this of themselves: `available`, `busy` or `away`. */
                    readonly availability?: string;
                    /** @description A capability, or a prefix of capabilities, such as `provision.compute`. */
                    readonly capability?: string;
                    /** @description Only agents that negotiate in this language: `de` finds `de-AT` too. */
                    readonly language?: string;
                    /** @description Only agents whose offers begin at this or less, such as `2.5 USD`. */
                    readonly maxPrice?: string;
                    /** @description Only agents with this many points of trust, 1 to 100, in the class of `value`. Needs a token. */
                    readonly minTrust?: number;
                    /** @description Only agents of this organisation. */
                    readonly organisation?: string;
                    /** @description How many at most, 1 to 1000; 50 if absent. A page has 200 at most. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                    /** @description Only agents that speak this terms schema. */
                    readonly schema?: string;
                    /** @description What stands first: `relevance` if absent, `trust` (asks for `value`) or `price` (asks for `maxPrice`). */
                    readonly sort?: components["schemas"]["SearchSort"];
                    /** @description Words in name, description, address or capabilities. */
                    readonly text?: string;
                    /** @description The value class in which trust is told, such as `1000 USD`. Needs a token. */
                    readonly value?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The agents, best first, with the reasons for their place */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["AgentPage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/agents/{domain}/{path}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See an agent, or its card for A2A.
         * @description With `/.well-known/agent-card.json` after the agent's path it is the Agent Card of A2A 1.0, signed by the node: what the
         *     log says of the agent, for clients of that protocol. What begins with a dot is no part of an agent's name.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The domain of its organisation */
                    readonly domain: string;
                    /** @description What follows the domain in its URI; slashes stay as they are */
                    readonly path: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The agent with all keys it ever had */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["AgentView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/commitments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List one's commitments. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description How many at most, 1 to 1000; 50 if absent. A page has 100 at most. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The commitments that the caller signed, newest first */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["CommitmentPage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/commitments/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See a commitment. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The commitment as it stands */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["CommitmentView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/commitments/{id}/bundle": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get the proof of a commitment.
         * @description One file with the statements, keys, receipts and proofs: `assent verify` checks it offline.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The bundle, canonical JSON */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": unknown;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/consents": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List one's consents. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description How many at most, 1 to 1000; 50 if absent. A page has 100 at most. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The consents of the caller's organisation, newest first */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["ConsentPage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/consents/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See a consent. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The consent as it stands */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["ConsentView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/consents/{id}/decision": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Decide about a consent as a person.
         * @description For an owner of one of its two organisations, from a page of the node. What is decided is a statement of that organisation, signed
         *     with the key that it keeps at the node for this; nothing of the person is in it.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["NewConsentDecision"];
                };
            };
            readonly responses: {
                /** @description The receipt of the statement, signed by the node */
                readonly 202: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": unknown;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                /** @description No key is kept, somebody spoke first, or a rule forbids it now */
                readonly 409: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/consents/{id}/sessions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the sessions under a consent. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description How many at most, 1 to 1000; 50 if absent. A page has 50 at most. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                };
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The sessions that rest on it and that the caller may read, those opened last first */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["ConsentSessionPage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/consents/{id}/trail": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get the audit trail of a consent.
         * @description For its two organisations: JSON lines with a head, each statement under the consent and of what it rests on in the order
         *     of the log, with receipt and proof, and an end with their number. `assent consent audit` checks it offline. An answer
         *     that breaks off has no end, and is asked for anew.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The trail up to the newest checkpoint */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/x-ndjson": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/disputes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List one's disputes. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description How many at most, 1 to 1000; 50 if absent. A page has 100 at most. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The disputes that the caller filed, answers or rules, those filed last first */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["DisputePage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/disputes/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See a dispute: claim, answer, exhibits, offers and rulings on one page. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The dispute as it stands */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["DisputeView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/disputes/{id}/bundle": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get the proof of a case.
         * @description One file with the session, the dispute, keys, receipts and proofs: `assent verify` checks it offline. For who may read
         *     both, so for who rules until the dispute has ended.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The bundle, canonical JSON */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": unknown;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/disputes/{id}/ruling": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Rule as a person.
         * @description For who has the role of an arbiter in the organisation that the deal names as arbiter, from a page of the node. The ruling is a
         *     statement of that organisation, signed with the key that it keeps at the node for this; nothing of the person is in it.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["NewRuling"];
                };
            };
            readonly responses: {
                /** @description The receipt of the ruling, signed by the node */
                readonly 202: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": unknown;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                /** @description No key is kept, somebody spoke first, or a rule forbids it now */
                readonly 409: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/disputes/{id}/statements": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read what was said in a dispute. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description Only statements after this sequence. */
                    readonly after?: number;
                    /** @description How many at most, 1 to 1000; 50 if absent. */
                    readonly limit?: number;
                    /** @description Wait up to so many seconds (0 to 30) for a statement if there is none. */
                    readonly waitSeconds?: number;
                };
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The statements in order, byte for byte */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["MessagePage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Follow everything that one reads.
         * @description Server-sent events: `id` is the position in the log, `event` is `message`, `data` is the statement with its place on one line. An
         *     agent is told of its own stream and of the consents, sessions and disputes that it reads; an organisation of all that its agents
         *     are, of its own stream and of its account. Resumes exactly after `Last-Event-ID`. Of a stream that one begins to read later what
         *     comes from there on is told. Ends with the token.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /**
                     * @description The first position of the log that is told, 0 for all there are; the header `Last-Event-ID` outranks it. From now on if
                     *     absent.
                     */
                    readonly from?: number;
                };
                readonly header?: {
                    /** @description The id of the last event that was received */
                    readonly "Last-Event-ID"?: number | null;
                };
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The statements as they come */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/event-stream": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/inbox": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List groups of workers. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The caller's groups, by name */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["InboxView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/inbox/{group}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Forget a group.
         * @description With its dead letters and all that its workers have in hand. The log keeps what it told.
         */
        readonly delete: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The workers' name */
                    readonly group: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description It is gone */
                readonly 204: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/inbox/{group}/confirm": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Confirm messages.
         * @description They are not handed out again. All of them or none: who was too late and has lost one to another worker confirms nothing.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The workers' name */
                    readonly group: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["InboxConfirmation"];
                };
            };
            readonly responses: {
                /** @description They are done */
                readonly 204: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                /** @description Another worker has one of them */
                readonly 409: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/inbox/{group}/dead": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List dead letters. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description How many at most, 1 to 100; 50 if absent. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                };
                readonly header?: never;
                readonly path: {
                    /** @description The workers' name */
                    readonly group: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description What the group gave up, in the order of the log */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["DeadLetterPage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/inbox/{group}/discard": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Forget a dead letter. */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The workers' name */
                    readonly group: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["DeadLetterRef"];
                };
            };
            readonly responses: {
                /** @description It is gone */
                readonly 204: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                readonly 409: components["responses"]["Problem"];
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/inbox/{group}/lease": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Take messages.
         * @description Hands out what nobody has in hand, in the order of the log, and keeps it from other workers of the group until the lease ends. Of one
         *     stream one worker at a time has something, in its order. What is not confirmed by then is handed out again, and given up after 16
         *     times. A group that is not there is made. What one said oneself is not told.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The workers' name: 1 to 64 of a-z, 0-9, - and . */
                    readonly group: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["LeaseRequest"];
                };
            };
            readonly responses: {
                /** @description What this worker has in hand now */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["LeaseView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                readonly 409: components["responses"]["Problem"];
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/inbox/{group}/refuse": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Give a message up.
         * @description It becomes a dead letter of the group, with the reason; what comes after it in its stream goes on.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The workers' name */
                    readonly group: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["InboxRefusal"];
                };
            };
            readonly responses: {
                /** @description It is a dead letter */
                readonly 204: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                /** @description Another worker has it, or there are too many dead letters */
                readonly 409: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/inbox/{group}/replay": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Let a dead letter be handed out again. */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The workers' name */
                    readonly group: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["DeadLetterRef"];
                };
            };
            readonly responses: {
                /** @description It waits again */
                readonly 204: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                readonly 409: components["responses"]["Problem"];
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/key-packages/claim": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Claim key packages.
         * @description One of each agent, to add it to a group. A package for a single use is given to nobody else; who gets none is given the
         *     agent's last resort, as is an organisation that was given 32 of one agent's within a day. The statement is the agent's own
         *     word that the package is its: check its signature.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["ClaimPackages"];
                };
            };
            readonly responses: {
                /** @description What there is for the caller */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["ClaimedPackages"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                readonly 409: components["responses"]["Problem"];
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/me": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See who has signed in. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The person of the session */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Me"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/node": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See how the node is set and how it stands.
         * @description For its operators. Secrets are no settings: they stand in files of their own.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The node */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["NodeStanding"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/organisations/{domain}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See an organisation. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description Its domain */
                    readonly domain: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The organisation with all keys it ever had */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["OrganisationView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/organisations/{domain}/activity": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See what an organisation and its agents said.
         * @description Newest first: where each statement stands, of which type it is, and not what it says; that stands in its stream. For the
         *     organisation itself, its owners and its auditors: whoever else asks finds nothing there.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description Only those after this position of the log. */
                    readonly after?: number;
                    /** @description Only those of this agent. */
                    readonly agent?: string;
                    /** @description How many at most, 1 to 1000; 50 if absent. A page has 200 at most, and fewer where much is passed over. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                    /** @description Only those that the log has since this instant. */
                    readonly since?: string;
                    /** @description Only those of this type: a performative, or a name such as `consent.grant`. */
                    readonly type?: string;
                };
                readonly header?: never;
                readonly path: {
                    /** @description Its domain */
                    readonly domain: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The statements, newest first */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["ActivityPage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/organisations/{domain}/agents": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See one's own agents with what they are about.
         * @description For the organisation itself, its owners and its auditors: whoever else asks finds nothing there.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description How many at most, 1 to 1000; 50 if absent. A page has 25 at most. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                };
                readonly header?: never;
                readonly path: {
                    /** @description Its domain */
                    readonly domain: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The agents in the order of their names, with sessions, commitments, what is owed and the last statement of each */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["OwnAgentPage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/organisations/{domain}/did.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get an organisation's DID document.
         * @description Of the `did:web` below this node, with the organisation's current keys. It is the organisation's own, `did:web` and its
         *     domain, that others know it by: that document is for the organisation to serve, and has the same keys.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description Its domain */
                    readonly domain: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The DID document */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/did+json": Record<string, unknown>;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/organisations/{domain}/limits": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See what an organisation may ask of this node.
         * @description For itself and its agents: whoever else asks finds nothing there.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description Its domain */
                    readonly domain: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description Its level, what it may ask for, and what is left of that */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["LimitsView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/people": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List people.
         * @description Those of the caller's organisation with its open invitations; an operator sees the node's own.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The people and who is invited */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["PeopleView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/people/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See a person. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The person */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["PersonView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        /**
         * Remove a person, or take an invitation back.
         * @description Its sessions and links end at once, and what they opened with them.
         */
        readonly delete: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description It is gone */
                readonly 204: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/people/invitations": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Invite a person.
         * @description Gives a link that makes one person an account, within a week. It is shown this once: hand it on as you would a key.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["NewInvitation"];
                };
            };
            readonly responses: {
                /** @description The invitation and its link */
                readonly 201: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["InvitationLink"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                readonly 409: components["responses"]["Problem"];
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/people/invitations:accept": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Accept an invitation.
         * @description Makes the account and signs it in: the answer sets the cookie of a session. The page at the end of the link does the
         *     same.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["AcceptInvitation"];
                };
            };
            readonly responses: {
                /** @description The person */
                readonly 201: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["PersonView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                readonly 409: components["responses"]["Problem"];
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/people/links": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make a link to sign in.
         * @description It signs its person in once, within ten minutes, and is shown this once. Without a person it is for the owner of the
         *     caller's organisation that is there longest, who is made if there is none.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["NewLink"];
                };
            };
            readonly responses: {
                /** @description The link */
                readonly 201: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["SignInLink"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                readonly 409: components["responses"]["Problem"];
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/receipts/{hash}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get the receipt of a statement.
         * @description Without a token for statements of public streams alone; everything else is not there.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The statement's hash as 64 hexadecimal digits */
                    readonly hash: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The receipt, byte for byte what was given at first */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": unknown;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/schemas": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Find terms schemas.
         * @description The starters that fit come first, on the first page, then what organisations registered, the last first.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description The very alias, such as `compute-lease`. */
                    readonly alias?: string;
                    /** @description Only schemas that this organisation registered. */
                    readonly organisation?: string;
                    /** @description How many at most, 1 to 1000; 50 if absent. A page has 200 at most, and the starters besides. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                    /** @description Text in alias or description. */
                    readonly text?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The schemas without their text */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["SchemaPage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/schemas/{hash}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read a terms schema. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly hash: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The schema */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["SchemaView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/search": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Search for agents.
         * @description Everything that is given has to fit. Relevance and trust are separate numbers and are never mixed: relevance follows from
         *     the cards alone, trust from the log, as of a place that the answer names. Without `minTrust`, `value` and `sort: trust`
         *     no token is needed.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["SearchQuery"];
                };
            };
            readonly responses: {
                /** @description The agents, best first, with the reasons for their place */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["AgentPage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                readonly 409: components["responses"]["Problem"];
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/searches": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List saved searches.
         * @description An agent sees those that it saved, an organisation those of its agents too.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The searches, the first saved first */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["SavedSearches"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        /**
         * Save a search.
         * @description What `POST /v1/search` is asked, under a name. Agents that are registered from now on, or set another card, and fit can be
         *     followed. Saving the same under the same name again changes nothing and gives what is there.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["NewSearch"];
                };
            };
            readonly responses: {
                /** @description The search */
                readonly 201: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["SavedSearchView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                /** @description The name is taken, or there are as many as may be */
                readonly 409: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/searches/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See a saved search. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The search */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["SavedSearchView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        /**
         * Forget a saved search.
         * @description Who follows it is told nothing more.
         */
        readonly delete: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description It is gone */
                readonly 204: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/searches/{id}/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Follow a saved search.
         * @description Server-sent events: `id` is the position of the card, `event` is `agent`, `data` is the agent as a search gives it, on one
         *     line. An agent that is registered, or sets another card, and fits is told once; of changes that come quicker than they
         *     are read the last. Trust is told, and asked for, as it is at that moment: that it changes is no news by itself. Resumes
         *     exactly after `Last-Event-ID`. Ends with the token or the search.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /**
                     * @description Only agents whose card the log has after this position; the header `Last-Event-ID` outranks it. Since the search
                     *     was saved if absent; 0 for all there are.
                     */
                    readonly after?: number;
                };
                readonly header?: {
                    /** @description The id of the last event that was received */
                    readonly "Last-Event-ID"?: number | null;
                };
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The agents as they come */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/event-stream": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/sessions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List one's sessions.
         * @description Those moved last come first. With `after` and `waitSeconds` this answers as soon as a session of the caller moves:
         *     a way to wait for invitations.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description Only sessions that moved since the log had this size: the `size` of the answer before. */
                    readonly after?: number;
                    /** @description How many at most, 1 to 1000; 50 if absent. */
                    readonly pageSize?: number;
                    /** @description The `nextPageToken` of the page before. */
                    readonly pageToken?: string;
                    /** @description Wait up to so many seconds (0 to 30) until one moves, if none has. */
                    readonly waitSeconds?: number;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description Sessions of the caller, or of its organisation's agents */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["SessionPage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/sessions/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See a session. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The session, whole */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["SessionView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/sessions/{id}/chunks/{digest}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get a chunk.
         * @description For who reads the session. `HEAD` tells whether it is there, so that sending a file can go on where it broke off.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The SHA-256 of the bytes, 64 hexadecimal digits */
                    readonly digest: string;
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The bytes as they were put */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/octet-stream": readonly number[];
                    };
                };
                /** @description The caller has them: `If-None-Match` names the digest */
                readonly 304: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        /**
         * Put a chunk.
         * @description Of a file that is attached in a hybrid or sealed session, under the SHA-256 of its bytes, which are encrypted already. From
         *     when the session begins until it ends, for the organisations of those who have come in or are in its group: else NOT_A_PARTY;
         *     in an open session and before it begins NOT_ALLOWED. Each organisation has so many chunks in a session. When it is answered
         *     it is durable; putting it again changes nothing. It stays until some time after the session has ended.
         */
        readonly put: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description The SHA-256 of the bytes, 64 hexadecimal digits */
                    readonly digest: string;
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            /** @description At most 1 MiB and 16 bytes */
            readonly requestBody: {
                readonly content: {
                    readonly "application/octet-stream": readonly number[];
                };
            };
            readonly responses: {
                /** @description It is kept */
                readonly 201: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description It was there already */
                readonly 204: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                /** @description Nobody of the organisation has come in */
                readonly 403: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                /** @description The session is open, has not begun or has ended, or there are as many chunks as may be */
                readonly 409: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/sessions/{id}/digest": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See what a session teaches.
         * @description For the caller's organisation: the path of prices, who gave way by how much, how fast everybody answered, what it came
         *     to; held against the last 64 sessions of the caller with the same organisations about the same capability.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description What there is to learn */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": unknown;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/sessions/{id}/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Follow a session.
         * @description Server-sent events: `id` is the sequence, `event` is `message`, `data` is the message on one line. Resumes exactly
         *     after `Last-Event-ID`. Ends with the token; a session that has ended still gets countersignatures.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description Only statements after this sequence; the header `Last-Event-ID` outranks it. */
                    readonly after?: number;
                };
                readonly header?: {
                    /** @description The id of the last event that was received */
                    readonly "Last-Event-ID"?: number | null;
                };
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The statements as they come */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/event-stream": string;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/sessions/{id}/messages": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read a session's statements. */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description Only statements after this sequence. */
                    readonly after?: number;
                    /** @description How many at most, 1 to 1000; 50 if absent. */
                    readonly limit?: number;
                    /** @description Wait up to so many seconds (0 to 30) for a statement if there is none. */
                    readonly waitSeconds?: number;
                };
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The statements in order, byte for byte */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["MessagePage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        /**
         * Say something in a session.
         * @description The same as `POST /v1/statements`, for a statement of this very session.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits: the stream that is signed */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            /** @description The envelope */
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": unknown;
                };
            };
            readonly responses: {
                /** @description The receipt, signed by the node */
                readonly 202: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": unknown;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                /** @description Somebody else spoke first, or a rule forbids it now */
                readonly 409: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/sessions/{id}/trace": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * See the course of a session.
         * @description Every statement with what let it pass, where it led and what came of it; who waited for whom and how long. Beside it
         *     what was said in consents and disputes, as far as the caller reads those, what was refused to the caller's own side, and
         *     what its inboxes have not confirmed.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 64 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The session, step by step */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["TraceView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/settlement": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Say what became of a deposit or a withdrawal: for the settlement provider.
         * @description Signed as Standard Webhooks are, with the key that the provider shares with the node. A success means that it need not be
         *     sent again.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header: {
                    /** @description Which message it is; one is taken once */
                    readonly "webhook-id": string;
                    /** @description `v1,` and the HMAC-SHA256 of `id.timestamp.body` in Base64 */
                    readonly "webhook-signature": string;
                    /** @description When it was signed, in seconds since 1970 */
                    readonly "webhook-timestamp": string;
                };
                readonly path?: never;
                readonly cookie?: never;
            };
            /** @description `type` (authorised, declined, captured, refunded, paid, failed), `account`, `transfer`, and what belongs to it: `amount`, `evidence`, `reason` */
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": unknown;
                };
            };
            readonly responses: {
                /** @description It is taken */
                readonly 204: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                readonly 409: components["responses"]["Problem"];
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/socket": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Open a WebSocket.
         * @description Frames are JSON texts. A client sends `{"id", "submit": envelope}`, `{"id", "subscribe": {"stream", "after"}}`,
         *     `{"id", "subscribe": {"search", "after"}}` or `{"id", "subscribe": {"from"}}`, `{"id", "unsubscribe": id}`; `id` is a name of its own. It is answered by the same `id` with
         *     `receipt`, `subscribed`, `unsubscribed` or `problem`; statements are taken in one after the other. What is told comes as
         *     `{"id", "event", "message"}`, of a saved search as `{"id", "event", "agent"}`: `event` is what to resume after, the sequence of a
         *     stream or the position in the log. The node
         *     pings every 15 seconds, and cuts off who takes nothing for 30. Ends with the token.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The connection is a WebSocket from here on */
                readonly 101: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                /** @description The request asks for no WebSocket */
                readonly 426: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/statements": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a stream.
         * @description Streams of organisations and agents are public; those of consents, sessions and disputes need the token of a party,
         *     that of an account the token of its organisation.
         */
        readonly get: {
            readonly parameters: {
                readonly query: {
                    /** @description Only statements after this sequence. */
                    readonly after?: number;
                    /** @description How many at most, 1 to 1000; 50 if absent. */
                    readonly limit?: number;
                    /** @description The stream, such as `org:acme.example` or `session:<64 hexadecimal digits>`. */
                    readonly stream: string;
                    /** @description Wait up to so many seconds (0 to 30) for a statement if there is none. */
                    readonly waitSeconds?: number;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The statements in order, byte for byte */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["MessagePage"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        /**
         * Submit a statement.
         * @description A statement is signed by the party that it binds and needs no login. `202` and the receipt mean that it is
         *     durable and has its place in the log; they are no ACCEPT of anybody. The same bytes get the same receipt again.
         *     The envelope may come as `application/asp+msgpack` too.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            /** @description The envelope: `{"statement": {…}, "signatures": [{"keyId", "alg", "value"}]}` */
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": unknown;
                };
            };
            readonly responses: {
                /** @description The receipt, signed by the node */
                readonly 202: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": unknown;
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                /** @description Somebody else spoke first, or a rule forbids it now */
                readonly 409: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/trust": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Ask how far to trust an agent.
         * @description The answer names the log prefix, the instant, the observer, the value class and the model that it depends on, and
         *     the statements that it rests on: anybody who has them computes the same digits.
         */
        readonly get: {
            readonly parameters: {
                readonly query: {
                    /** @description Whom */
                    readonly agent: string;
                    /** @description The size of the deal; 1000 if absent */
                    readonly amount?: string;
                    /** @description Count only deals within this capability */
                    readonly capability?: string;
                    /** @description Its currency; USD if absent */
                    readonly currency?: string;
                    /** @description Through whose eyes, up to 16 organisations; the caller's if absent */
                    readonly observer?: readonly string[];
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The assessment with its reasons */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["AssessmentView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/trust/history": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Ask how an agent's score came to be what it is.
         * @description The same question at evenly spaced instants, each answered by what the log knew then.
         */
        readonly get: {
            readonly parameters: {
                readonly query: {
                    /** @description Whom */
                    readonly agent: string;
                    /** @description The size of the deal; 1000 if absent */
                    readonly amount?: string;
                    /** @description Count only deals within this capability */
                    readonly capability?: string;
                    /** @description Its currency; USD if absent */
                    readonly currency?: string;
                    /** @description Through whose eyes, up to 16 organisations; the caller's if absent */
                    readonly observer?: readonly string[];
                    /** @description The first instant; 180 days ago if absent */
                    readonly since?: string;
                    /** @description How many instants, 2 to 100; 30 if absent */
                    readonly steps?: number;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The score over time */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["HistoryView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/trust/profile": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Ask what else the log tells of an agent.
         * @description Eight components, each from 0 to 100 with its facts. They show what the score does not count, and move no gate.
         */
        readonly get: {
            readonly parameters: {
                readonly query: {
                    /** @description Whom */
                    readonly agent: string;
                    /** @description The size of the deal; 1000 if absent */
                    readonly amount?: string;
                    /** @description Count only deals within this capability */
                    readonly capability?: string;
                    /** @description Its currency; USD if absent */
                    readonly currency?: string;
                    /** @description Through whose eyes, up to 16 organisations; the caller's if absent */
                    readonly observer?: readonly string[];
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The profile with its facts */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["ProfileView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/webhooks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List webhooks.
         * @description Those of the caller's organisation, each with how far it has come and what keeps it.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The webhooks, the first made first */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Webhooks"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        /**
         * Make a webhook.
         * @description What the organisation may read is delivered there from now on, or from a position of the log on, in the order of the
         *     log: each entry as a CloudEvent (`application/cloudevents+json`), signed by the scheme of Standard Webhooks with a key that
         *     is this webhook's alone (`v1a`), and with the secret of the answer (`v1`). An answer of 2xx takes it. Whatever is
         *     delivered twice has the same `webhook-id`.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["NewWebhook"];
                };
            };
            readonly responses: {
                /** @description The webhook and its secret, which is shown this once */
                readonly 201: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["MadeWebhook"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                /** @description There are as many as may be */
                readonly 409: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/webhooks/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** See a webhook. */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The webhook */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["WebhookView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        /**
         * Remove a webhook.
         * @description With what was put aside of it. Nothing more is delivered, but for what is on its way.
         */
        readonly delete: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description It is gone */
                readonly 204: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content?: never;
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/webhooks/{id}/dead": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List events that were put aside.
         * @description Those that the receiver refused as often as may be, while others were taken.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The events, in the order of the log */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["DeadEvents"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        /**
         * Deliver events that were put aside once more.
         * @description Before whatever comes next, each once, under the `webhook-id` that it had. One that is refused again stays put aside.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["ReplayDead"];
                };
            };
            readonly responses: {
                /** @description How many are to be delivered */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Replayed"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 408: components["responses"]["Problem"];
                readonly 409: components["responses"]["Problem"];
                readonly 413: components["responses"]["Problem"];
                readonly 415: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/webhooks/{id}/key": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get the key of a webhook.
         * @description The public half of the key by which alone what is delivered to it is signed (`v1a`): for a receiver, which knows the id
         *     from the beginning of each `webhook-id`, and needs no token. Whose the webhook is, and where it leads, is not told.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The key */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["WebhookKey"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/webhooks/{id}/resume": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Resume a webhook.
         * @description Whether it was stopped or waits: the event at its place is tried at once.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description The webhook */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["WebhookView"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/webhooks/{id}/test": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Try a webhook.
         * @description Delivers an event of type `asp.webhook.test` now and once, past whatever waits, and says what came of it. How far the
         *     webhook has come is not changed; `resume` lets one that waits go on.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    /** @description 32 hexadecimal digits */
                    readonly id: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description Whether it was taken */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["WebhookTest"];
                    };
                };
                readonly 400: components["responses"]["Problem"];
                readonly 401: components["responses"]["Problem"];
                readonly 403: components["responses"]["Problem"];
                readonly 404: components["responses"]["Problem"];
                readonly 429: components["responses"]["Problem"];
                readonly 503: components["responses"]["Problem"];
                readonly default: components["responses"]["Problem"];
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Takes an invitation up. */
        readonly AcceptInvitation: {
            /** @description What the person wants to be called, if the invitation does not say. */
            readonly name?: string | null;
            /** @description The end of the link: 64 hexadecimal digits. */
            readonly secret: string;
        };
        /** @description An account. */
        readonly AccountView: {
            /** @description What it has, one entry a currency. */
            readonly balances: readonly components["schemas"]["BalanceView"][];
            /** @description Whose it is. */
            readonly domain: string;
            /** @description The last statement of its stream. */
            readonly head: Record<string, unknown>;
            /**
             * Format: int64
             * @description The last entry of the log that changed it.
             */
            readonly moved: number;
            /** @description When it was opened. */
            readonly openedAt: string;
            /** @description What waits for the node's word. */
            readonly transfers: readonly components["schemas"]["TransferView"][];
        };
        /** @description A page of what an organisation and its agents said. */
        readonly ActivityPage: {
            /** @description Asks for the page after this one. */
            readonly nextPageToken?: string | null;
            /** @description The statements, newest first. */
            readonly statements: readonly components["schemas"]["ActView"][];
        };
        /** @description A statement of an organisation or one of its agents: where it stands, and not what it says. */
        readonly ActView: {
            /** @description Its hash, which names its receipt. */
            readonly hash: string;
            /** @description Who said it. */
            readonly issuer: string;
            /**
             * Format: int64
             * @description Where the log has it.
             */
            readonly logIndex: number;
            /** @description When the log took it in. */
            readonly logTime: string;
            /**
             * Format: int64
             * @description Its place there.
             */
            readonly sequence: number;
            /** @description In which stream. */
            readonly stream: string;
            /** @description Its type: a performative in a session, a dotted name elsewhere. */
            readonly type: string;
        };
        /** @description What whoever opened a session had to have earned, and by when. */
        readonly AdmittedView: {
            /** @description The floors, all of which were reached; none where nobody asked for any. */
            readonly floors: readonly components["schemas"]["FloorView"][];
            /**
             * Format: int64
             * @description The log index of the invitation: policies that were set before it are those that it was judged by.
             */
            readonly index: number;
            /** @description The last instant of which anything counted; it follows from the log time in the receipt of the invitation. */
            readonly judgedAt: string;
        };
        /** @description An agent found by a search. */
        readonly AgentHit: {
            /** @description Its URI. */
            readonly agent: string;
            /** @description Whether it takes on work now. */
            readonly availability?: string | null;
            /** @description What it can do. */
            readonly capabilities: readonly string[];
            /** @description What it is. */
            readonly description: string;
            /** @description The languages that it negotiates in. */
            readonly languages?: readonly string[];
            /** @description When it answered the node last. */
            readonly lastAnswer?: string | null;
            /** @description The organisations with a stronger claim for which it could be mistaken by its name; eight at most. */
            readonly mistakableFor?: readonly string[];
            /** @description What people call it. */
            readonly name: string;
            /** @description The price from which its offers begin. */
            readonly price?: Record<string, unknown> | null;
            /** @description Why it stands where it stands. */
            readonly reasons: readonly string[];
            /**
             * Format: int32
             * @description How well it fits what was asked, 0 to 100; trust has no part in it.
             */
            readonly relevance: number;
            /** @description The terms schemas that it speaks. */
            readonly schemas?: readonly string[];
            /**
             * Format: int64
             * @description Where the log has its card.
             */
            readonly setAt: number;
            readonly standing?: components["schemas"]["AgentStanding"] | null;
            readonly trust?: components["schemas"]["HitTrust"] | null;
        };
        /** @description A page of agents. */
        readonly AgentPage: {
            /** @description The agents, best first. */
            readonly agents: readonly components["schemas"]["AgentHit"][];
            /** @description Asks for the page after this one. */
            readonly nextPageToken?: string | null;
            /**
             * Format: int64
             * @description How many entries of the log the index had seen.
             */
            readonly size: number;
            /**
             * Format: int64
             * @description How many fit in all; where trust is asked for, of those whose trust could be looked at.
             */
            readonly total: number;
            /** @description Whether some were left out, since not everybody's trust could be computed within its bound. */
            readonly truncated?: boolean;
            readonly trust?: components["schemas"]["TrustAsked"] | null;
        };
        /**
         * @description Whether an agent answers when the node asks it; one node's word, and no part of the log.
         * @enum {string}
         */
        readonly AgentStanding: "answering" | "stale" | "gone";
        /** @description An agent. */
        readonly AgentView: {
            /** @description The card of the A2A protocol that it serves itself. */
            readonly a2a?: Record<string, unknown> | null;
            /** @description What the node found of that card when it last said so, and that is its word. */
            readonly a2aCheck?: Record<string, unknown> | null;
            /** @description Its URI. */
            readonly agent: string;
            /** @description Whether it takes on work now. */
            readonly availability?: string | null;
            /** @description What it can do. */
            readonly capabilities: readonly string[];
            /** @description The statement that set its card. */
            readonly card: string;
            /** @description The most that it may agree to owe under one package of terms, by its own account. */
            readonly ceiling?: Record<string, unknown> | null;
            /** @description What it is. */
            readonly description: string;
            /** @description Where it answers challenges. */
            readonly endpoint?: string | null;
            /** @description The head of its stream. */
            readonly head: Record<string, unknown>;
            /** @description All keys it ever had. */
            readonly keys: readonly components["schemas"]["KeyView"][];
            /** @description The languages that it negotiates in. */
            readonly languages?: readonly string[];
            /** @description When it answered the node last. */
            readonly lastAnswer?: string | null;
            /** @description The organisations with a stronger claim for which it could be mistaken by its name; eight at most. */
            readonly mistakableFor?: readonly string[];
            /** @description What people call it. */
            readonly name: string;
            /** @description The price from which its offers begin. */
            readonly price?: Record<string, unknown> | null;
            /** @description When it registered. */
            readonly registeredAt: string;
            /** @description Whether it has ended. */
            readonly retired: boolean;
            /** @description The terms schemas that it speaks. */
            readonly schemas?: readonly string[];
            readonly standing?: components["schemas"]["AgentStanding"] | null;
        };
        /** @description How far an agent can be trusted with a deal of some size, and why. */
        readonly AssessmentView: {
            /** @description What it kept within 180 days for those whom the observer trusts, as far as they vouch for it. */
            readonly backed: Record<string, unknown>;
            /** @description What follows from the level. */
            readonly consequences: components["schemas"]["ConsequencesView"];
            /** @description What would change the score, and by how much. */
            readonly counterfactuals: readonly components["schemas"]["CounterfactualView"][];
            /** @description The factors; the score is `F · (10 + 90·L·q·D)` of exactly these digits. */
            readonly factors: readonly components["schemas"]["FactorView"][];
            /** @description Settled obligations of the subject that do not count, as the observer has no rate for their currency. */
            readonly leftOut?: Record<string, unknown>;
            /** @description Who lends to the subject, the largest first. */
            readonly lenders: components["schemas"]["ListedLenders"];
            /** @description What the score amounts to. */
            readonly level: string;
            /**
             * Format: int32
             * @description The level's number, 0 to 4.
             */
            readonly levelNumber: number;
            /** @description What must grow before the flow can. */
            readonly limitedBy: Record<string, unknown>;
            /** @description The model, `flow-1`. */
            readonly model: string;
            /** @description Points that sum to the score. */
            readonly parts: readonly components["schemas"]["PartView"][];
            /** @description What was asked: with the model and the log, everything that the digits depend on. */
            readonly question: Record<string, unknown>;
            /** @description Statements that count. */
            readonly restsOn: components["schemas"]["ListedHashes"];
            /** @description From 0 to 100 points, such as `61.204`. */
            readonly score: string;
        };
        /** @description What an account has of a currency. */
        readonly BalanceView: {
            /** @description At the organisation's disposal. */
            readonly available: Record<string, unknown>;
            /** @description Held for commitments. */
            readonly held: Record<string, unknown>;
            /** @description On its way out. */
            readonly withdrawing: Record<string, unknown>;
        };
        /** @description A statement of another stream: where it stands, and not what it says. */
        readonly BesideView: {
            /** @description Its hash. */
            readonly hash: string;
            /** @description Who said it. */
            readonly issuer: string;
            /**
             * Format: int64
             * @description Where the log has it.
             */
            readonly logIndex: number;
            /** @description When the log took it in. */
            readonly logTime: string;
            /** @description The stream. */
            readonly stream: string;
            /** @description Its type. */
            readonly type: string;
        };
        /** @description Who can open what is sealed in a session, by its last group statement. */
        readonly ChannelView: {
            /**
             * Format: int64
             * @description The number of that statement among those of its kind.
             */
            readonly epoch: number;
            /** @description The members by name, each with the key by which it is in. */
            readonly members: Record<string, unknown>;
            /** @description The statement. */
            readonly statement: string;
        };
        /** @description What was claimed of one agent. */
        readonly ClaimedPackage: {
            /** @description The agent. */
            readonly agent: string;
            readonly package?: components["schemas"]["KeyPackageView"] | null;
            readonly statement?: components["schemas"]["Message"] | null;
        };
        /** @description What was claimed. */
        readonly ClaimedPackages: {
            /** @description One entry for each agent, in the order in which they were asked for. */
            readonly claimed: readonly components["schemas"]["ClaimedPackage"][];
        };
        /** @description Of whom key packages are claimed. */
        readonly ClaimPackages: {
            /** @description The agents, 1 to 32, each once. */
            readonly agents: readonly string[];
        };
        /** @description How many commitments stand how. */
        readonly CommitmentCountsView: {
            /**
             * Format: int64
             * @description Something is owed.
             */
            readonly active: number;
            /**
             * Format: int64
             * @description Replaced by other terms.
             */
            readonly amended: number;
            /**
             * Format: int64
             * @description A due time passed.
             */
            readonly breached: number;
            /**
             * Format: int64
             * @description All that was owed was given.
             */
            readonly fulfilled: number;
            /**
             * Format: int64
             * @description Ended by every signer.
             */
            readonly terminated: number;
        };
        /** @description A page of commitments. */
        readonly CommitmentPage: {
            /** @description The commitments, newest first. */
            readonly commitments: readonly components["schemas"]["CommitmentView"][];
            /** @description Asks for the page after this one. */
            readonly nextPageToken?: string | null;
        };
        /** @description A commitment. */
        readonly CommitmentView: {
            /** @description Whether a fulfilment is contested. */
            readonly disputed: boolean;
            /** @description What was agreed on disputes. */
            readonly disputes?: Record<string, unknown> | null;
            /** @description When it was formed. */
            readonly formedAt: string;
            /** @description The money that it holds, or held. */
            readonly holds?: readonly components["schemas"]["HoldView"][];
            /** @description Its id. */
            readonly id: string;
            /** @description What is owed. */
            readonly obligations: readonly components["schemas"]["ObligationView"][];
            /** @description The commitment that it replaces. */
            readonly replaces?: string | null;
            /** @description The session that formed it. */
            readonly session: string;
            /** @description Who signed. */
            readonly signers: readonly string[];
            /** @description Where it stands. */
            readonly state: string;
            /** @description The terms for the parties' domain. */
            readonly terms: Record<string, unknown>;
            /** @description The hash of what was signed. */
            readonly termsHash: string;
        };
        /** @description One component of a profile. */
        readonly ComponentView: {
            /** @description What it is made of. */
            readonly facts: readonly components["schemas"]["FactView"][];
            /** @description Its name. */
            readonly name: string;
            /**
             * Format: int32
             * @description From 0 to 100.
             */
            readonly score: number;
        };
        /** @description What a node says of itself: `/.well-known/asp-configuration`. */
        readonly Configuration: {
            /** @description The versions of the protocol that it speaks. */
            readonly aspVersions: readonly string[];
            /** @description The key that signs receipts and checkpoints. */
            readonly nodeKey: string;
            /** @description The same as a verifier key of C2SP signed notes. */
            readonly noteKey: string;
            readonly organisation?: components["schemas"]["PublishedKeys"] | null;
            /** @description The name of its log; the audience of statements. */
            readonly origin: string;
            /** @description The software and its version. */
            readonly software: string;
            /** @description The node's clock. */
            readonly time: string;
            /** @description The address of the token endpoint, relative to the node. */
            readonly tokenEndpoint: string;
        };
        /** @description A commitment of a session under a consent. */
        readonly ConsentCommitment: {
            /** @description Its id. */
            readonly id: string;
            /** @description Where it stands. */
            readonly state: string;
        };
        /**
         * @description What a person can decide about a consent.
         * @enum {string}
         */
        readonly ConsentDecision: "grant" | "revoke" | "acknowledge";
        /** @description A page of consents. */
        readonly ConsentPage: {
            /** @description The consents, newest first. */
            readonly consents: readonly components["schemas"]["ConsentView"][];
            /** @description Asks for the page after this one. */
            readonly nextPageToken?: string | null;
        };
        /** @description A session under a consent. */
        readonly ConsentSession: {
            /** @description Who was invited or came in, by name. */
            readonly agents: readonly string[];
            /** @description What it is about. */
            readonly capability: string;
            /** @description Its commitments by id. */
            readonly commitments: readonly components["schemas"]["ConsentCommitment"][];
            /** @description Its id. */
            readonly id: string;
            /** @description When it was opened. */
            readonly openedAt: string;
            /** @description Its state. */
            readonly state: string;
        };
        /** @description A page of the sessions under a consent. */
        readonly ConsentSessionPage: {
            /** @description Asks for the page after this one. */
            readonly nextPageToken?: string | null;
            /** @description The sessions, those opened last first. */
            readonly sessions: readonly components["schemas"]["ConsentSession"][];
        };
        /** @description A consent between two organisations. */
        readonly ConsentView: {
            /** @description Whether the other side confirmed the revocation. */
            readonly acknowledged: boolean;
            /** @description When it did. */
            readonly acknowledgedAt?: string | null;
            /** @description Who asked. */
            readonly by: string;
            /** @description The prefixes of what sessions may be about. */
            readonly capabilities: readonly string[];
            /** @description The most that one party may owe under one package. */
            readonly ceiling?: Record<string, unknown> | null;
            /** @description The classes of data that may flow; all if absent. */
            readonly dataClasses?: readonly string[] | null;
            /** @description When it ends by itself. */
            readonly expiresAt: string;
            /** @description The names of the members that data and terms may have; any if absent. */
            readonly fields?: readonly string[] | null;
            readonly grantedBy?: components["schemas"]["GrantedBy"] | null;
            /** @description The head of its stream. */
            readonly head: Record<string, unknown>;
            /** @description Its id. */
            readonly id: string;
            /** @description When that was. */
            readonly narrowedAt?: string | null;
            /** @description Who took away a part of it last; what is shown is what is left. */
            readonly narrowedBy?: string | null;
            /** @description The performatives that may be used; all if absent. */
            readonly performatives?: readonly string[] | null;
            /**
             * Format: int64
             * @description Where in the log the policy stands whose rule granted.
             */
            readonly policy?: number | null;
            /** @description What for. */
            readonly purpose: string;
            /** @description When it was revoked. */
            readonly revokedAt?: string | null;
            /** @description Who revoked it. */
            readonly revokedBy?: string | null;
            /** @description `REQUESTED`, `GRANTED`, `EXPIRED` or `REVOKED`. */
            readonly standing: string;
            /** @description What an agent of who asked has to have earned to invite agents of who granted. */
            readonly trustFloor?: Record<string, unknown> | null;
            /** @description Who was asked. */
            readonly with: string;
        };
        /** @description What follows from a level. */
        readonly ConsequencesView: {
            /** @description What to have held of a deal, as advice: `whole`, `beyond` half of what was kept, or `nothing`. */
            readonly cover: string;
            /** @description Whether it may sit on a panel that rules on disputes of others. */
            readonly judges: boolean;
            /**
             * Format: int64
             * @description How many times a newcomer's share of a node, unless the operator sets others.
             */
            readonly share: number;
        };
        /** @description That the log of one size begins with the log of another (RFC 6962 §2.1.2). */
        readonly ConsistencyProof: {
            /**
             * Format: int64
             * @description The smaller size.
             */
            readonly from: number;
            /** @description The hashes. */
            readonly proof: readonly string[];
            /**
             * Format: int64
             * @description The larger size.
             */
            readonly to: number;
        };
        /** @description Something that is not so, and the score if it were. */
        readonly CounterfactualView: {
            /** @description What would be otherwise. */
            readonly change: string;
            /** @description How much more that is. */
            readonly delta: string;
            /** @description The partner in question, where there is one. */
            readonly partner?: string | null;
            /** @description The score then. */
            readonly score: string;
            /** @description The change in words. */
            readonly sentence: string;
        };
        /** @description Events that were put aside. */
        readonly DeadEvents: {
            /** @description In the order of the log. */
            readonly dead: readonly components["schemas"]["DeadEventView"][];
        };
        /** @description An event that was put aside. */
        readonly DeadEventView: {
            /** @description Whether it is about to be delivered once more. */
            readonly again: boolean;
            /** @description When it was put aside, or refused last. */
            readonly asideAt: string;
            /**
             * Format: int64
             * @description How often it was refused.
             */
            readonly attempts: number;
            /** @description How it was refused last. */
            readonly error: string;
            /**
             * Format: int64
             * @description Where the log has it.
             */
            readonly position: number;
        };
        /** @description Dead letters of a group, in the order of the log. */
        readonly DeadLetterPage: {
            /** @description The letters. */
            readonly letters: readonly components["schemas"]["DeadLetterView"][];
            /** @description Where to go on; none at the end. */
            readonly nextPageToken?: string | null;
        };
        /** @description Names a dead letter. */
        readonly DeadLetterRef: {
            /**
             * Format: int64
             * @description Its position in the log.
             */
            readonly position: number;
        };
        /** @description A message that was given up. */
        readonly DeadLetterView: {
            /** @description How often it was handed out. */
            readonly attempts: number;
            /** @description The statement with its place in the log. */
            readonly message: components["schemas"]["Message"];
            /** @description Why it was given up. */
            readonly reason: string;
        };
        /** @description What a form decides. */
        readonly DecisionForm: {
            /** @description `grant`, `revoke` or `acknowledge`. */
            readonly decision: string;
            /** @description Why; of a revocation alone. */
            readonly reason?: string | null;
        };
        /** @description A statement that an inbox has not confirmed, or a webhook not delivered. */
        readonly DeliveryView: {
            /**
             * Format: int64
             * @description How often it was handed out, or refused.
             */
            readonly attempts: number;
            /** @description The group of workers, of an inbox. */
            readonly group?: string | null;
            /**
             * Format: int64
             * @description Where the log has the statement.
             */
            readonly logIndex: number;
            /** @description Whose inbox or webhook it is. */
            readonly party: string;
            /** @description Why it was given up, or not delivered. */
            readonly reason?: string | null;
            /** @description How it stands: `unseen`, `leased`, `waiting`, `stopped` or `dead`. */
            readonly state: string;
            /** @description Until when a worker has it in hand, or no attempt is made. */
            readonly until?: string | null;
            /** @description The id of the webhook, if it is one. */
            readonly webhook?: string | null;
        };
        /** @description A page of disputes. */
        readonly DisputePage: {
            /** @description The disputes, those filed last first. */
            readonly disputes: readonly components["schemas"]["DisputeView"][];
            /** @description Asks for the page after this one. */
            readonly nextPageToken?: string | null;
        };
        /**
         * @description Who somebody is in a dispute.
         * @enum {string}
         */
        readonly DisputeSide: "filer" | "against" | "panel" | "arbiter" | "node";
        /** @description A dispute as it stands. */
        readonly DisputeView: {
            /** @description The other side. */
            readonly against: string;
            /** @description What is asked for, at most. */
            readonly amount?: Record<string, unknown> | null;
            /** @description Who appealed, in the order of the log. */
            readonly appeals: readonly components["schemas"]["DisputeSide"][];
            /** @description Who rules where the parties do not agree. */
            readonly arbiter?: string | null;
            /** @description Who filed: the party or its organisation. */
            readonly by: string;
            /** @description What is claimed. */
            readonly claim: string;
            /** @description The commitment. */
            readonly commitment: string;
            /** @description What who filed gave as a deposit, held until the dispute ends. */
            readonly deposit?: Record<string, unknown> | null;
            /** @description The strongest effect that a ruling may have. */
            readonly effect: string;
            /** @description What the sides showed, in the order of the log. */
            readonly evidence: readonly components["schemas"]["ShownView"][];
            /** @description When it was filed. */
            readonly filedAt: string;
            /** @description Its last statement. */
            readonly head: Record<string, unknown>;
            /** @description Its id. */
            readonly id: string;
            /** @description The obligation; all that `against` owes `party` if absent. */
            readonly obligation?: string | null;
            readonly offer?: components["schemas"]["SettlementView"] | null;
            readonly panel?: components["schemas"]["PanelView"] | null;
            /** @description Whose dispute it is. */
            readonly party: string;
            /**
             * @description Where it stands: `REPLAYING`, `SETTLING`, `CONVENING`, `DRAWING`, `COMMITTING`, `REVEALING`, `COUNTING`,
             *     `ARBITRATING`, `RULED`, `DECIDED` or `CLOSED`.
             */
            readonly phase: string;
            /** @description What it is about. */
            readonly reason: string;
            readonly response?: components["schemas"]["ResponseView"] | null;
            /** @description The rulings, in the order of the log. */
            readonly rulings: readonly components["schemas"]["RulingView"][];
            /** @description The session that it is about. */
            readonly session: string;
            /**
             * Format: int32
             * @description How grave it is to who filed, 1 to 5.
             */
            readonly severity: number;
            /** @description The first instant at which it does not stand there any more. */
            readonly until?: string | null;
            readonly verdict?: components["schemas"]["VerdictView"] | null;
        };
        /** @description What a node found under the domain of an organisation. Its own word: whoever wants to know looks there. */
        readonly DomainView: {
            /** @description When the node last said what it found: the first time, and whenever that changed. */
            readonly checkedAt?: string | null;
            /**
             * Format: int64
             * @description The log index of that statement.
             */
            readonly checkedIn?: number | null;
            /** @description What the node found, of this key and there; absent until it has looked. */
            readonly found?: boolean | null;
            /** @description The key that it publishes there. */
            readonly key: string;
            /** @description When this node last looked, whatever came of it; absent if it has not since it started. */
            readonly lookedAt?: string | null;
            /** @description Where the organisation says that it publishes its key: `well-known` or `dns`. */
            readonly method: string;
            /** @description Whether it found the key there when it last said so, and the key can still sign. */
            readonly proved: boolean;
            /** @description What it saw then, as a sentence for people. */
            readonly saw?: string | null;
        };
        /** @description What one side owes under commitments that are active or breached. */
        readonly DutiesView: {
            /**
             * Format: int64
             * @description Those that were not fulfilled in time.
             */
            readonly breached: number;
            /**
             * Format: int64
             * @description Those whose fulfilment is contested.
             */
            readonly contested: number;
            /**
             * Format: int64
             * @description Those that are said to be fulfilled, which nobody has acknowledged yet.
             */
            readonly delivered: number;
            /** @description When the next of the open ones is due; absent if none has a time yet. */
            readonly nextDue?: string | null;
            /**
             * Format: int64
             * @description Obligations that are not yet fulfilled.
             */
            readonly open: number;
            /** @description What the open ones are worth, one sum a currency. */
            readonly worth: readonly Record<string, unknown>[];
        };
        /** @description How a session ended. */
        readonly EndView: {
            /** @description The reason code. */
            readonly code: string;
            /** @description A sentence for people. */
            readonly sentence: string;
        };
        /** @description A question that waits for an authority. */
        readonly EscalationView: {
            /** @description Who decides. */
            readonly authority: string;
            /** @description Who asked. */
            readonly by: string;
            /** @description The person there who is asked. */
            readonly contact?: string | null;
            /** @description What is asked. */
            readonly question: string;
        };
        /** @description One factor of a score. */
        readonly FactorView: {
            /** @description What it says. */
            readonly meaning: string;
            /** @description Its name. */
            readonly name: string;
            /** @description Its letter in the model. */
            readonly symbol: string;
            /** @description Its value. */
            readonly value: string;
        };
        /** @description One fact of a profile. */
        readonly FactView: {
            /** @description What is told. */
            readonly name: string;
            /** @description A number, a yes or no, an instant. */
            readonly value: string;
        };
        /** @description What an organisation asked of who invited it. */
        readonly FloorView: {
            /** @description The floor that its policy set. */
            readonly floor: Record<string, unknown>;
            /** @description The organisation. */
            readonly organisation: string;
        };
        /**
         * @description How the organisation that was asked for consent granted.
         * @enum {string}
         */
        readonly GrantedBy: "rule" | "statement";
        /** @description How the answer to a question of trust came to be what it is. */
        readonly HistoryView: {
            /** @description The model, `flow-1`. */
            readonly model: string;
            /** @description Evenly spaced, the earliest first. */
            readonly moments: readonly components["schemas"]["MomentView"][];
            /** @description What was asked; its instant is that of the last moment. */
            readonly question: Record<string, unknown>;
            /** @description The first moment. */
            readonly since: string;
        };
        /** @description How far an agent that was found can be trusted, in the class and as of the place that the page names. */
        readonly HitTrust: {
            /**
             * Format: int32
             * @description The level that they amount to, 0 to 4.
             */
            readonly level: number;
            /** @description Points, a hundred at most, with three places: `61.204`. */
            readonly score: string;
        };
        /** @description Money that a commitment holds, or held. */
        readonly HoldView: {
            /** @description How much. */
            readonly amount: Record<string, unknown>;
            /** @description Its name in the package. */
            readonly id: string;
            /** @description The obligation that it waits for. */
            readonly obligation: string;
            /** @description What becomes of it on fulfilment. */
            readonly onFulfilled: string;
            /** @description What the payee got, where it was divided. */
            readonly paid?: Record<string, unknown> | null;
            /** @description Who gets it, or what of it a remedy says. */
            readonly payee: string;
            /** @description Whose organisation's money it is. */
            readonly payer: string;
            /** @description What became of it: `HELD`, `PAID`, `RETURNED` or `DIVIDED`. */
            readonly state: string;
        };
        /** @description What was handled. */
        readonly InboxConfirmation: {
            /** @description The lease that it was given under. */
            readonly lease: string;
            /** @description The positions in the log, 1 to 100. */
            readonly positions: readonly number[];
        };
        /** @description How a group of workers stands. */
        readonly InboxGroup: {
            /**
             * Format: int64
             * @description How many it gave up.
             */
            readonly dead: number;
            /**
             * Format: int64
             * @description How many its workers have in hand.
             */
            readonly leased: number;
            /** @description When it was made. */
            readonly madeAt: string;
            /** @description Its name. */
            readonly name: string;
            /**
             * Format: int64
             * @description The first position of the log that it has not looked at.
             */
            readonly next: number;
            /**
             * Format: int64
             * @description How many wait behind those, or come again.
             */
            readonly waiting: number;
        };
        /** @description A message in an inbox. */
        readonly InboxItem: {
            /** @description How often it was handed out, this time included. */
            readonly attempt: number;
            /** @description The statement with its place in the log, by which it is confirmed. */
            readonly message: components["schemas"]["Message"];
        };
        /** @description What cannot be handled. */
        readonly InboxRefusal: {
            /** @description The lease that it was given under. */
            readonly lease: string;
            /**
             * Format: int64
             * @description Its position in the log.
             */
            readonly position: number;
            /** @description Why, in up to 1,024 bytes. */
            readonly reason: string;
        };
        /** @description The groups of an inbox. */
        readonly InboxView: {
            /** @description The groups, by name. */
            readonly groups: readonly components["schemas"]["InboxGroup"][];
            /**
             * Format: int64
             * @description How many entries the log has.
             */
            readonly size: number;
        };
        /** @description That the log of a size has an entry (RFC 6962 §2.1.1). */
        readonly InclusionProof: {
            /**
             * Format: int64
             * @description The index of the entry.
             */
            readonly index: number;
            /** @description The hashes from the leaf up. */
            readonly proof: readonly string[];
            /**
             * Format: int64
             * @description The size of the log.
             */
            readonly size: number;
        };
        /** @description An invitation with the link that is to be handed on. The link is shown this once. */
        readonly InvitationLink: {
            /** @description What it says. */
            readonly invitation: components["schemas"]["InvitationView"];
            /** @description Where the person accepts it. */
            readonly url: string;
        };
        /** @description An invitation that nobody has accepted yet. */
        readonly InvitationView: {
            /** @description Who may accept it by a provider of identities. */
            readonly email?: string | null;
            /** @description 32 hexadecimal digits. */
            readonly id: string;
            /** @description What the person is called, if that was said. */
            readonly name?: string | null;
            /** @description Who invites. */
            readonly organisation: string;
            /** @description What the person is to be here for. */
            readonly roles: readonly components["schemas"]["PersonRole"][];
            /** @description When it ends. */
            readonly until: string;
        };
        /** @description A key package that an agent has published. */
        readonly KeyPackageView: {
            /** @description The package, a `KeyPackage` of RFC 9420, in base64url without padding. */
            readonly content: string;
            /** @description Its hash: SHA-256 over `asp/1.0/key-package\n` and its bytes. */
            readonly hash: string;
            /** @description Whether others are given the same. */
            readonly lastResort: boolean;
        };
        /** @description A key with its life in the log. */
        readonly KeyView: {
            /**
             * Format: int64
             * @description The log index from which it is not trusted in hindsight.
             */
            readonly distrustedFrom?: number | null;
            /**
             * Format: int64
             * @description The log index that brought it.
             */
            readonly from: number;
            /** @description The key. */
            readonly key: string;
            /**
             * Format: int64
             * @description The log index after which it signs nothing.
             */
            readonly until?: number | null;
        };
        /** @description What a worker asks for. */
        readonly LeaseRequest: {
            /**
             * Format: int64
             * @description Where in the log a group begins that is not there yet; at the beginning if absent.
             */
            readonly from?: number | null;
            /**
             * Format: int64
             * @description For how long nobody else is given them, in milliseconds, 1,000 to 3,600,000; 60,000 if absent.
             */
            readonly leaseMs?: number | null;
            /** @description How many at most, 1 to 100; 10 if absent. */
            readonly max?: number | null;
            /**
             * Format: int64
             * @description Waits up to so many seconds, 0 to 30, if nothing is there.
             */
            readonly waitSeconds?: number | null;
        };
        /** @description What a worker is given. */
        readonly LeaseView: {
            /** @description The messages, in the order of the log. */
            readonly items: readonly components["schemas"]["InboxItem"][];
            /** @description Proves that it was given to this worker; none if nothing was. */
            readonly lease?: string | null;
            /** @description When it ends. */
            readonly until: string;
        };
        /** @description An organisation that lends to the subject. */
        readonly LenderView: {
            /** @description What its kept deals with the subject would let it lend. */
            readonly capacity: string;
            /**
             * Format: int64
             * @description The kept deals behind it that still count.
             */
            readonly deals: number;
            /** @description The latest of them. */
            readonly latest: string;
            /** @description What it lends. */
            readonly lends: string;
            /** @description Which. */
            readonly organisation: string;
            /** @description Whether it lends all of that. */
            readonly saturated: boolean;
            /** @description Whether the observer trusts it without evidence. */
            readonly seed: boolean;
        };
        /** @description What an organisation may ask of a node. */
        readonly LimitsView: {
            /**
             * Format: int32
             * @description The level of its best agent in the eyes of those whom the node trusts, 0 to 4; as it was lately found.
             */
            readonly level: number;
            /** @description Its limits. */
            readonly limits: readonly components["schemas"]["LimitView"][];
            /** @description The organisation. */
            readonly organisation: string;
            /** @description Whom the node trusts; nobody where all organisations have the same limits. */
            readonly seenBy?: readonly string[];
        };
        /** @description Something that a node lets an organisation ask for. */
        readonly LimitView: {
            /**
             * Format: int64
             * @description What is left of it at this moment, where that is counted.
             */
            readonly left?: number | null;
            /**
             * Format: int64
             * @description How much of it at most; any amount if absent. Of what is counted by the second ten times as much at once.
             */
            readonly most?: number | null;
            /**
             * @description What: `statementsPerSecond`, `statementsWaiting`, `requestsPerSecond`, `chunksPerSecond`, `chunkBytes`,
             *     `invitationsUnanswered`, `invitationsUnansweredByOne` or `eventStreamsAndPolls`; others may come.
             */
            readonly what: string;
        };
        /** @description Statements, and how many there are. */
        readonly ListedHashes: {
            /** @description The first of them. */
            readonly first: readonly string[];
            /** @description The number of all. */
            readonly total: number;
        };
        /** @description Lenders, and how many there are. */
        readonly ListedLenders: {
            /** @description The first of them. */
            readonly first: readonly components["schemas"]["LenderView"][];
            /** @description The number of all. */
            readonly total: number;
        };
        /** @description A webhook that was made. */
        readonly MadeWebhook: {
            /** @description For receivers that can check no public key: `whsec_` and Base64. It is shown this once. */
            readonly secret: string;
            /** @description The webhook. */
            readonly webhook: components["schemas"]["WebhookView"];
        };
        /** @description A mandate under which somebody acts for a participant. */
        readonly MandateView: {
            /** @description Who gave it. */
            readonly by: string;
            /** @description The mandates under which it was given, from the principal's own. */
            readonly chain: readonly string[];
            /** @description The statement that gave it: what a statement under it names in `onBehalfOf`. */
            readonly id: string;
            /** @description What it allows, to whom, until when. */
            readonly mandate: Record<string, unknown>;
            /** @description For whom the delegate acts in the end. */
            readonly principal: string;
        };
        /** @description Who has signed in. */
        readonly Me: {
            /** @description The person. */
            readonly person: components["schemas"]["PersonView"];
            /** @description When the session ends if it is not used again. */
            readonly until: string;
        };
        /** @description A statement as the log has it. */
        readonly Message: {
            /** @description Its hash. */
            readonly hash: string;
            /**
             * Format: int64
             * @description Its index in the log.
             */
            readonly logIndex: number;
            /** @description When the node took it in. */
            readonly logTime: string;
            /** @description Its signatures. */
            readonly signatures: readonly Record<string, unknown>[];
            /** @description The statement, byte for byte. */
            readonly statement: Record<string, unknown>;
        };
        /** @description Statements of a stream, in order. */
        readonly MessagePage: {
            /** @description The statements. */
            readonly messages: readonly components["schemas"]["Message"][];
            /**
             * Format: int64
             * @description The `after` of the next page; none when this one reaches the head.
             */
            readonly nextAfter?: number | null;
        };
        /** @description The answer to a question of trust at one instant. */
        readonly MomentView: {
            /** @description When. */
            readonly at: string;
            /**
             * Format: int64
             * @description Those that were broken.
             */
            readonly broken: number;
            /**
             * Format: int64
             * @description Obligations of the agent that were kept since the moment before.
             */
            readonly kept: number;
            /** @description What the score amounts to. */
            readonly level: string;
            /**
             * Format: int32
             * @description The level's number, 0 to 4.
             */
            readonly levelNumber: number;
            /** @description From 0 to 100 points, such as `61.204`. */
            readonly score: string;
        };
        /** @description What a session was narrowed by. */
        readonly NarrowedView: {
            /** @description When it ended. */
            readonly at: string;
            /** @description The consent that has ended. */
            readonly consent: string;
        };
        /** @description What a person decides about a consent. */
        readonly NewConsentDecision: {
            /** @description `grant`, `revoke`, or `acknowledge` that the other side revoked it. */
            readonly decision: components["schemas"]["ConsentDecision"];
            /** @description Why, for people; of a revocation, and of nothing else. */
            readonly reason?: string | null;
        };
        /** @description What an invitation is to say. */
        readonly NewInvitation: {
            /** @description The address of mail that a provider of identities has to vouch for, if it is accepted that way. */
            readonly email?: string | null;
            /** @description What the person is called; else it says so itself. */
            readonly name?: string | null;
            /** @description `arbiter`, `auditor`, `owner`, at least one. */
            readonly roles: readonly components["schemas"]["PersonRole"][];
        };
        /** @description Whom a link is for. */
        readonly NewLink: {
            /** @description The person; absent, the owner that is there longest, who is made if there is none. */
            readonly person?: string | null;
        };
        /** @description What a person rules. */
        readonly NewRuling: {
            /** @description What is paid: to who filed, or to the other side if the filing was abusive. */
            readonly amount?: Record<string, unknown> | null;
            /** @description How far it binds: `advisory`, `presumptive`, `binding`; as far as was agreed if absent. */
            readonly effect?: string | null;
            /** @description What is found of the claim: `upheld`, `partly`, `dismissed`, `abusive`. */
            readonly outcome: string;
            /** @description Why, for people. */
            readonly reasons: string;
        };
        /** @description A search to save. */
        readonly NewSearch: {
            /** @description What its saver calls it; no other of its searches may have the name. */
            readonly name: string;
            /** @description What to look for; `pageSize`, `pageToken` and `after` are not kept. */
            readonly query: components["schemas"]["SearchQuery"];
        };
        /** @description A webhook to make. */
        readonly NewWebhook: {
            /**
             * Format: int64
             * @description From this position of the log on. From here on if absent; 0 for all there is.
             */
            readonly from?: number | null;
            /** @description Only events of streams of these kinds: `session`, `consent`, `dispute`, `account`, `agent`, `org`. All if absent. */
            readonly streams?: readonly string[] | null;
            /** @description Only statements of these types, such as `ACCEPT` or `consent.grant`. All if absent. */
            readonly types?: readonly string[] | null;
            /** @description Where to deliver: `https` of a public host. */
            readonly url: string;
        };
        /** @description The node as its operators see it. */
        readonly NodeStanding: {
            /** @description Statements that wait for the writer. */
            readonly queued: number;
            /** @description All settings, in the order of the guide. */
            readonly settings: readonly components["schemas"]["SettingView"][];
            /**
             * Format: int64
             * @description How many statements the log has.
             */
            readonly size: number;
            /** @description Event streams and long polls that wait. */
            readonly subscribers: number;
            /** @description Access tokens in use. */
            readonly tokens: number;
            /** @description Whether statements can be taken in. */
            readonly writable: boolean;
        };
        /** @description One party's duty. */
        readonly ObligationView: {
            /** @description When being late costs as much as it ever can; absent without days, cap or due time. */
            readonly cappedAt?: string | null;
            /** @description Who is owed. */
            readonly creditor: string;
            /** @description Who owes. */
            readonly debtor: string;
            /** @description When it is due; absent while it waits for another. */
            readonly due?: string | null;
            /** @description Its name in the commitment. */
            readonly id: string;
            /**
             * Format: int64
             * @description How late its fulfilment was stated, in milliseconds; absent if it was not.
             */
            readonly lateMs?: number | null;
            /** @description The last instant at which it can be met. */
            readonly metUntil?: string | null;
            /** @description What the remedy makes the debtor owe, as a session shows it when something was last said there; absent for nothing. */
            readonly penalty?: Record<string, unknown> | null;
            /** @description What follows if it is not met in time. */
            readonly remedy?: Record<string, unknown> | null;
            /** @description How fulfilment is shown. */
            readonly shownBy: Record<string, unknown>;
            /** @description Its stages, each fulfilled by itself; none if it is fulfilled as a whole. */
            readonly stages?: readonly components["schemas"]["StageView"][];
            /** @description `OPEN`, `DELIVERED`, `FULFILLED`, `CONTESTED`, `BREACHED` or `LAPSED`. */
            readonly state: string;
            /** @description What it is worth. */
            readonly value: Record<string, unknown>;
            /** @description What is owed. */
            readonly what: string;
        };
        /** @description An offer that can be answered. */
        readonly OfferView: {
            /** @description Who has accepted, and which of the packages. */
            readonly accepted?: Record<string, unknown>;
            /** @description Who would come in by it. */
            readonly admits?: string | null;
            /** @description What it may be answered with, besides REJECT. */
            readonly answers?: readonly string[];
            /** @description Whose answer is awaited. */
            readonly awaits: readonly string[];
            /** @description Whether the last acceptance binds. */
            readonly binding: boolean;
            /** @description Who made it. */
            readonly by: string;
            /** @description The commitment that it would change. */
            readonly commitment?: string | null;
            /** @description The statement that made it: what an answer names as `inReplyTo`. */
            readonly id: string;
            /** @description `business`, `amendment`, `termination` or `admission`. */
            readonly kind: string;
            /** @description The alternatives by the hash of their terms. */
            readonly packages: Record<string, unknown>;
            /** @description How many of those asked have to accept one package. */
            readonly quorum?: number;
            /** @description Until when it can be answered. */
            readonly respondBy: string;
        };
        /** @description An organisation. */
        readonly OrganisationView: {
            /** @description Its domain. */
            readonly domain: string;
            /** @description The head of its stream. */
            readonly head: Record<string, unknown>;
            /** @description All keys it ever had. */
            readonly keys: readonly components["schemas"]["KeyView"][];
            /** @description The organisations with a stronger claim for which it could be mistaken by its domain or name; eight at most. */
            readonly mistakableFor?: readonly string[];
            /** @description What people call it. */
            readonly name: string;
            /** @description What it lets others do with its agents: the body of its last `org.policy.set`. */
            readonly policy?: Record<string, unknown> | null;
            readonly proof?: components["schemas"]["DomainView"] | null;
            /** @description When it registered. */
            readonly registeredAt: string;
        };
        /** @description A page of one's own agents. */
        readonly OwnAgentPage: {
            /** @description The agents, in the order of their names. */
            readonly agents: readonly components["schemas"]["OwnAgentView"][];
            /** @description Asks for the page after this one. */
            readonly nextPageToken?: string | null;
        };
        /** @description An agent of one's own, with what it is about. */
        readonly OwnAgentView: {
            /** @description Its URI. */
            readonly agent: string;
            /** @description The commitments that it signed. */
            readonly commitments: components["schemas"]["CommitmentCountsView"];
            /** @description The keys that sign for it. */
            readonly keys: readonly string[];
            readonly last?: components["schemas"]["ActView"] | null;
            /** @description When it answered the node last. */
            readonly lastAnswer?: string | null;
            /** @description What its card calls it. */
            readonly name: string;
            /** @description What it is owed. */
            readonly owed: components["schemas"]["DutiesView"];
            /** @description What it owes. */
            readonly owes: components["schemas"]["DutiesView"];
            /** @description Whether there is more than these numbers count, which is older; absent if not. */
            readonly partial?: boolean;
            /** @description When it registered. */
            readonly registeredAt: string;
            /** @description Whether it has ended. */
            readonly retired: boolean;
            /**
             * Format: int64
             * @description Its sessions that were closed or failed.
             */
            readonly sessionsEnded: number;
            /**
             * Format: int64
             * @description Its sessions that go on.
             */
            readonly sessionsOpen: number;
            readonly standing?: components["schemas"]["AgentStanding"] | null;
        };
        /** @description A panel. */
        readonly PanelView: {
            /** @description Whom the lot has called, in its order; empty until it is drawn. */
            readonly ranked: readonly string[];
            /** @description Who sits. */
            readonly seats: readonly components["schemas"]["SeatView"][];
            /** @description How many are to sit, 3 or 5. */
            readonly size: number;
        };
        /** @description A participant of a session. */
        readonly ParticipantView: {
            /** @description Who. */
            readonly agent: string;
            /** @description Whether it has signed the receipt. */
            readonly countersigned: boolean;
            /** @description Whether it is in. */
            readonly joined: boolean;
            /** @description Whether it came in and went again. */
            readonly left?: boolean;
            /** @description What it may say in the present state. */
            readonly maySay: readonly string[];
            /** @description As what. */
            readonly role: string;
        };
        /** @description One step from nothing to a score. */
        readonly PartView: {
            /** @description Its name. */
            readonly name: string;
            /** @description What it adds, or takes if negative. */
            readonly points: string;
        };
        /** @description A commit that awaits signatures. */
        readonly PendingView: {
            /** @description Whose signature is awaited. */
            readonly awaits: readonly string[];
            /** @description Who committed first. */
            readonly by: string;
            /** @description The statement: what an answer names as `inReplyTo`. */
            readonly id: string;
            /** @description To what. */
            readonly termsHash: string;
        };
        /** @description People and open invitations. */
        readonly PeopleView: {
            /** @description Invitations that nobody has accepted yet. */
            readonly invitations: readonly components["schemas"]["InvitationView"][];
            /** @description The people, the longest there first. */
            readonly people: readonly components["schemas"]["PersonView"][];
        };
        /**
         * @description What a person is here for.
         * @enum {string}
         */
        readonly PersonRole: "arbiter" | "auditor" | "operator" | "owner";
        /** @description A person with an account at the node. */
        readonly PersonView: {
            /** @description Since when there is the account. */
            readonly createdAt: string;
            /** @description Where mail reaches it, if that was said. */
            readonly email?: string | null;
            /** @description 32 hexadecimal digits. */
            readonly id: string;
            /** @description What others call it. */
            readonly name: string;
            /** @description Whose person it is; absent for one of the node's own. */
            readonly organisation?: string | null;
            /** @description What it is here for. */
            readonly roles: readonly components["schemas"]["PersonRole"][];
            /** @description When it was here last, to the minute. */
            readonly seenAt?: string | null;
        };
        /** @description A page of what moved. */
        readonly PostingPage: {
            /** @description The movements, newest first. */
            readonly entries: readonly components["schemas"]["PostingView"][];
            /** @description Asks for the page after this one. */
            readonly nextPageToken?: string | null;
        };
        /** @description Money that moved. */
        readonly PostingView: {
            /** @description How much. */
            readonly amount: Record<string, unknown>;
            /** @description Where it was: `outside`, `available:`, `withdrawing:` or `held:` and whose it is. */
            readonly from: string;
            /**
             * Format: int64
             * @description The entry that moved it.
             */
            readonly logIndex: number;
            /** @description When. */
            readonly logTime: string;
            /** @description Where it is then. */
            readonly to: string;
            /** @description Why. */
            readonly why: string;
        };
        /** @description An error, as RFC 9457 `application/problem+json`. */
        readonly Problem: {
            /** @description The stable code of `spec/errors`. */
            readonly code: string;
            /** @description What happened, as a sentence. */
            readonly detail: string;
            /** @description The stream's head, where signing anew on it may help. */
            readonly head?: Record<string, unknown> | null;
            /** @description What to do about it. */
            readonly hint: string;
            /** @description Where in the statement, as an RFC 6901 pointer. */
            readonly pointer?: string | null;
            /** @description Whether a retry can help: `never`, `change` or `later`. */
            readonly retry: string;
            /** @description What could still be owed, where more would be. */
            readonly room?: Record<string, unknown> | null;
            /** @description The numbered rule of the specification that a statement breaks. */
            readonly rule?: string | null;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            readonly status: number;
            /** @description The code again, for people who skim. */
            readonly title: string;
            /** @description Where the code is documented. */
            readonly type: string;
        };
        /** @description What else the log tells of an agent. */
        readonly ProfileView: {
            /** @description Eight of them, in the order of the specification. */
            readonly components: readonly components["schemas"]["ComponentView"][];
            /** @description The model, `flow-1`. */
            readonly model: string;
            /** @description What was asked. */
            readonly question: Record<string, unknown>;
        };
        /** @description The keys that an organisation publishes under its domain. */
        readonly PublishedKeys: {
            /** @description The domain. */
            readonly domain: string;
            /** @description The keys, each as a `did:key`. */
            readonly keys: readonly string[];
        };
        /** @description A question that waits for somebody's answer. */
        readonly QuestionView: {
            /** @description The offer whose time stands still until the answer. */
            readonly about?: string | null;
            /** @description Whose answer is awaited. */
            readonly awaits: string;
            /** @description Who asked. */
            readonly by: string;
            /** @description The statement: what the answer names as `inReplyTo`. */
            readonly id: string;
            /** @description Until when the answer is awaited. */
            readonly respondBy: string;
            /** @description What is asked. */
            readonly text: string;
        };
        /** @description A statement that the node did not take, with the rule that forbade it. */
        readonly RefusedView: {
            /** @description When, by the node's clock. */
            readonly at: string;
            /** @description Why it was refused. */
            readonly code: string;
            /** @description The condition of the transition table that did not hold, where it is one. */
            readonly guard?: string | null;
            /** @description Its hash. */
            readonly hash: string;
            /** @description What it answered. */
            readonly inReplyTo?: string | null;
            /** @description Who said it. */
            readonly issuer: string;
            /** @description Where in the statement, as an RFC 6901 pointer. */
            readonly pointer?: string | null;
            /** @description The numbered rule that it broke. */
            readonly rule?: string | null;
            /**
             * Format: int64
             * @description The place that it claimed in the session.
             */
            readonly sequence: number;
            /**
             * Format: int64
             * @description How often the very same statement was refused one time after the other.
             */
            readonly times: number;
            /** @description Its type. */
            readonly type: string;
        };
        /** @description Which events to deliver once more. */
        readonly ReplayDead: {
            /** @description Their positions; all that were put aside if absent. */
            readonly positions?: readonly number[] | null;
        };
        /** @description What came of asking for events once more. */
        readonly Replayed: {
            /**
             * Format: int64
             * @description How many are to be delivered once more.
             */
            readonly count: number;
        };
        /** @description The other side's answer to a filing. */
        readonly ResponseView: {
            /** @description Whether it admits the claim. */
            readonly accepts: boolean;
            /** @description When. */
            readonly at: string;
            /** @description Its words. */
            readonly text: string;
        };
        /** @description What a form rules. */
        readonly RulingForm: {
            /** @description What is paid, in digits; nothing if empty. */
            readonly amount?: string | null;
            /** @description Its currency. */
            readonly currency?: string | null;
            /** @description `upheld`, `partly`, `dismissed` or `abusive`. */
            readonly outcome: string;
            /** @description Why. */
            readonly reasons: string;
        };
        /** @description A ruling. */
        readonly RulingView: {
            /** @description What is paid. */
            readonly amount?: Record<string, unknown> | null;
            /** @description When. */
            readonly at: string;
            /** @description Who ruled. */
            readonly by: string;
            /** @description How far it binds. */
            readonly effect: string;
            /** @description What was found of the claim. */
            readonly outcome: string;
            /** @description Why. */
            readonly reasons: string;
            /**
             * Format: int32
             * @description At which rung.
             */
            readonly rung: number;
        };
        /** @description Searches that were saved. */
        readonly SavedSearches: {
            /** @description The searches, the first saved first. */
            readonly searches: readonly components["schemas"]["SavedSearchView"][];
        };
        /** @description A search that was saved. */
        readonly SavedSearchView: {
            /** @description 32 hexadecimal digits. */
            readonly id: string;
            /** @description What its saver calls it. */
            readonly name: string;
            /** @description What is looked for. */
            readonly query: components["schemas"]["SearchQuery"];
            /** @description When it was saved. */
            readonly savedAt: string;
            /** @description Who saved it: an agent, or an organisation. */
            readonly savedBy: string;
            /**
             * Format: int64
             * @description How many entries the log had when it was saved: what comes after them is news.
             */
            readonly size: number;
        };
        /** @description Some of the terms schemas. */
        readonly SchemaPage: {
            /** @description Asks for the page after this one. */
            readonly nextPageToken?: string | null;
            /** @description The schemas: the starters first, then those registered last. */
            readonly schemas: readonly components["schemas"]["SchemaView"][];
        };
        /** @description A terms schema: what the terms of a package have to look like. */
        readonly SchemaView: {
            /** @description What people call it. */
            readonly alias: string;
            /** @description Who registered it; nobody a starter, which every node knows. */
            readonly by?: string | null;
            /** @description What it is for. */
            readonly description: string;
            /** @description The SHA-256 of its canonical form: what an invitation names. */
            readonly hash: string;
            /** @description JSON Schema 2020-12; left out of lists. */
            readonly schema?: Record<string, unknown> | null;
            /**
             * Format: int32
             * @description Its version.
             */
            readonly version: number;
        };
        /** @description What to look for among agents; everything that is given has to fit. */
        readonly SearchQuery: {
            /**
             * Format: int64
             * @description Waits until the index has seen this position of the log: who gives that of a receipt finds what it is for.
             */
            readonly after?: number | null;
            /** @description What it says of its availability: `available`, `busy` or `away`. */
            readonly availability?: string | null;
            /** @description A capability, or what lies above it, such as `provision.compute`. */
            readonly capability?: string | null;
            /** @description A language that it negotiates in: `de` finds `de-AT` too. */
            readonly language?: string | null;
            /** @description The most that its offers may begin from, in this currency; who names no price is not found. */
            readonly maxPrice?: Record<string, unknown> | null;
            /**
             * @description The least trust, as `{"score", "value"}`: points and the value class. Needs a token, since it is asked through the
             *     eyes of the caller's organisation.
             */
            readonly minTrust?: Record<string, unknown> | null;
            /** @description The organisation. */
            readonly organisation?: string | null;
            /** @description How many at most, 1 to 1000; 50 if absent. A page has 200 at most. */
            readonly pageSize?: number | null;
            /** @description The `nextPageToken` of the page before. */
            readonly pageToken?: string | null;
            /** @description A terms schema that it speaks. */
            readonly schema?: string | null;
            readonly sort?: components["schemas"]["SearchSort"] | null;
            /** @description Words in name, description, address or capabilities; one of three letters or more may be the beginning of one. */
            readonly text?: string | null;
            /** @description The value class in which trust is told; that of `minTrust` if absent. Needs a token too. */
            readonly value?: Record<string, unknown> | null;
        };
        /**
         * @description What stands first.
         * @enum {string}
         */
        readonly SearchSort: "relevance" | "trust" | "price";
        /** @description A seat of a panel. */
        readonly SeatView: {
            /** @description What it would have paid. */
            readonly amount?: Record<string, unknown> | null;
            /** @description Whether it has hidden its vote. */
            readonly committed: boolean;
            /** @description Who sits there. */
            readonly member: string;
            /** @description What it has voted for; absent before it has shown that. */
            readonly outcome?: string | null;
            /** @description Why. */
            readonly reasons?: string | null;
        };
        /** @description A page of sessions, those moved last first. */
        readonly SessionPage: {
            /** @description Asks for the page after this one. */
            readonly nextPageToken?: string | null;
            /** @description The sessions. */
            readonly sessions: readonly components["schemas"]["SessionSummary"][];
            /**
             * Format: int64
             * @description The size of the log that this page was read at: `after` of the next long poll.
             */
            readonly size: number;
        };
        /** @description A session in a list. */
        readonly SessionSummary: {
            /** @description What it is about. */
            readonly capability: string;
            /** @description Its id. */
            readonly id: string;
            /** @description Who opened it. */
            readonly initiator: string;
            /** @description When it was opened. */
            readonly openedAt: string;
            /**
             * Format: int64
             * @description The log index of the last statement.
             */
            readonly position: number;
            /** @description Its state. */
            readonly state: string;
            /** @description When something was last said. */
            readonly updatedAt: string;
        };
        /** @description A session, whole. */
        readonly SessionView: {
            readonly admitted?: components["schemas"]["AdmittedView"] | null;
            /** @description Hashes of terms agreed on that bind nobody yet. */
            readonly agreed: readonly string[];
            /** @description What it is about. */
            readonly capability: string;
            readonly channel?: components["schemas"]["ChannelView"] | null;
            /** @description Its commitments. */
            readonly commitments: readonly components["schemas"]["CommitmentView"][];
            /** @description The statement whose conditions an introduction answers, while participants come in. */
            readonly conditions?: string | null;
            /** @description The consents it rests on. */
            readonly consents: readonly string[];
            readonly end?: components["schemas"]["EndView"] | null;
            readonly escalation?: components["schemas"]["EscalationView"] | null;
            /** @description The head of its stream: what the next statement continues. */
            readonly head: Record<string, unknown>;
            /** @description Its id. */
            readonly id: string;
            /** @description Who opened it. */
            readonly initiator: string;
            /** @description Who may act for whom. */
            readonly mandates?: readonly components["schemas"]["MandateView"][];
            /**
             * Format: int32
             * @description Statements by participants.
             */
            readonly messages: number;
            /** @description Who can read it: `open`, `hybrid` or `sealed`. */
            readonly mode: string;
            readonly narrowed?: components["schemas"]["NarrowedView"] | null;
            /** @description Offers that can be answered. */
            readonly offers: readonly components["schemas"]["OfferView"][];
            /** @description When it was opened. */
            readonly openedAt: string;
            /** @description Who takes part. */
            readonly participants: readonly components["schemas"]["ParticipantView"][];
            readonly pending?: components["schemas"]["PendingView"] | null;
            /** @description What for. */
            readonly purpose: string;
            /** @description Questions that wait for somebody's answer. */
            readonly questions?: readonly components["schemas"]["QuestionView"][];
            /** @description The receipt that a CLOSE has to carry now. */
            readonly receipt: Record<string, unknown>;
            /**
             * Format: int32
             * @description Offers made.
             */
            readonly rounds: number;
            /** @description The schemas that terms have to follow, each with who registered it; none if any terms will do. */
            readonly schemas?: Record<string, unknown>;
            /** @description Its state. */
            readonly state: string;
            /** @description What who comes in from another organisation has to have earned in the eyes of the initiator's. */
            readonly trustFloor?: Record<string, unknown> | null;
            /** @description When something was last said. */
            readonly updatedAt: string;
            /** @description What the participants say that they have spent on the session. */
            readonly usage?: readonly components["schemas"]["UsageView"][];
        };
        /** @description A setting of the node as it stands. */
        readonly SettingView: {
            /** @description Its name in the settings file. */
            readonly name: string;
            /** @description What it counts. */
            readonly unit: string;
            /** @description What it is; absent if it says nothing. */
            readonly value?: unknown;
        };
        /** @description How a side would end a dispute. */
        readonly SettlementView: {
            /** @description What would be paid to who filed. */
            readonly amount?: Record<string, unknown> | null;
            /** @description How it would end. */
            readonly outcome: string;
            /** @description Which side. */
            readonly side: components["schemas"]["DisputeSide"];
            /** @description The statement that the other side's has to answer. */
            readonly statement: string;
            /** @description Its words. */
            readonly text: string;
        };
        /** @description Something that a side showed. */
        readonly ShownView: {
            /** @description When. */
            readonly at: string;
            /** @description What. */
            readonly exhibit: Record<string, unknown>;
            /** @description Which side. */
            readonly side: components["schemas"]["DisputeSide"];
        };
        /** @description What a form with a link's secret sends. */
        readonly SignInForm: {
            /** @description Of an invitation: what the person wants to be called. */
            readonly name?: string | null;
            /** @description The end of the link: 64 hexadecimal digits. */
            readonly secret: string;
        };
        /** @description A link by which a person signs in, once. It is shown this once. */
        readonly SignInLink: {
            /** @description Whom it signs in. */
            readonly person: components["schemas"]["PersonView"];
            /** @description When it ends. */
            readonly until: string;
            /** @description Where the person signs in. */
            readonly url: string;
        };
        /** @description A stage of an obligation. */
        readonly StageView: {
            /** @description When it is due; absent while the obligation waits for another. */
            readonly due?: string | null;
            /** @description Its name in the obligation. */
            readonly id: string;
            /**
             * Format: int64
             * @description How late its fulfilment was stated, in milliseconds; absent if it was not.
             */
            readonly lateMs?: number | null;
            /** @description The last instant at which it can be met. */
            readonly metUntil?: string | null;
            /** @description How its fulfilment is shown. */
            readonly shownBy: Record<string, unknown>;
            /** @description `OPEN`, `DELIVERED`, `FULFILLED`, `CONTESTED`, `BREACHED` or `LAPSED`. */
            readonly state: string;
            /** @description What it is worth of the obligation's value. */
            readonly value: Record<string, unknown>;
            /** @description What is owed by then. */
            readonly what: string;
        };
        /** @description What a client sends for a token. */
        readonly TokenRequest: {
            /**
             * @description A JWT signed with a current key of the agent or organisation that it names: header `alg` EdDSA or ES256, as the
             *     key is, and `kid`, claims
             *     `iss` = `sub`, `aud` the log's origin, `iat`, `exp` at most 300 seconds later, `jti`.
             */
            readonly client_assertion: string;
            /** @description `urn:ietf:params:oauth:client-assertion-type:jwt-bearer` */
            readonly client_assertion_type: string;
            /** @description `client_credentials` */
            readonly grant_type: string;
        };
        /** @description An access token (RFC 6749 §5.1), bound to the key of the DPoP proof (RFC 9449). */
        readonly TokenResponse: {
            /** @description The token. */
            readonly access_token: string;
            /**
             * Format: int64
             * @description Seconds.
             */
            readonly expires_in: number;
            /** @description Always `DPoP`. */
            readonly token_type: string;
        };
        /** @description The course of a session, as far as who asks may see it. */
        readonly TraceView: {
            /**
             * @description What was said elsewhere that the session rests on or that is about it, in the order of the log: in its consents
             *     and in disputes, as far as the reader reads those.
             */
            readonly beside?: readonly components["schemas"]["BesideView"][];
            /**
             * @description How what was said fares in the inboxes of the reader's side until it is confirmed there, and, for the organisation
             *     itself, on its way to its webhooks until it is delivered.
             */
            readonly deliveries?: readonly components["schemas"]["DeliveryView"][];
            /**
             * @description What the node refused to take from the reader's own side since it was started: the last 64 of the session. By the
             *     word of this node alone, since no log has it.
             */
            readonly refused?: readonly components["schemas"]["RefusedView"][];
            /** @description What follows from the session's statements; everybody who has them tells the same. */
            readonly trace: Record<string, unknown>;
        };
        /** @description A deposit or withdrawal of which the node has not said what became of it. */
        readonly TransferView: {
            /** @description How much was asked for. */
            readonly amount: Record<string, unknown>;
            /** @description `deposit` or `withdrawal`. */
            readonly direction: string;
            /**
             * Format: int64
             * @description Where the log has it.
             */
            readonly logIndex: number;
            /** @description The organisation's word for it, or where to. */
            readonly reference: string;
            /** @description The statement that asked for it. */
            readonly statement: string;
        };
        /** @description Of what scores are told: with it anybody who has the log computes the same digits. */
        readonly TrustAsked: {
            /** @description The instant at which the scores hold. */
            readonly instant: string;
            /** @description Through whose eyes. */
            readonly observer: string;
            /** @description What the observer's policy says beside: rates and seeds. */
            readonly outlook?: Record<string, unknown>;
            /**
             * Format: int64
             * @description The size of the log that they rest on.
             */
            readonly prefix: number;
            /** @description The value class: the size of the deal in mind. */
            readonly value: Record<string, unknown>;
        };
        /** @description What a participant says that it has spent on a session. */
        readonly UsageView: {
            /** @description Who. */
            readonly agent: string;
            /** @description What. */
            readonly usage: Record<string, unknown>;
        };
        /** @description How a dispute ended. */
        readonly VerdictView: {
            /** @description What is paid: to who filed, or to the other side if the filing was abusive. */
            readonly amount?: Record<string, unknown> | null;
            /** @description How far it binds; absent if nothing was decided. */
            readonly effect?: string | null;
            /** @description What became of the claim. */
            readonly outcome: string;
            /**
             * Format: int32
             * @description At which rung it was decided.
             */
            readonly rung?: number | null;
        };
        /** @description What a form does to a webhook. */
        readonly WebhookAct: {
            /** @description `test`, `resume`, `replay` or `remove`. */
            readonly act: string;
        };
        /** @description What a form makes. */
        readonly WebhookForm: {
            /** @description Where to deliver. */
            readonly url: string;
        };
        /** @description The key of a webhook. */
        readonly WebhookKey: {
            /** @description 32 hexadecimal digits. */
            readonly id: string;
            /** @description The public half of the key that signs for this webhook alone: `whpk_` and Base64. */
            readonly publicKey: string;
        };
        /** @description The webhooks of an organisation. */
        readonly Webhooks: {
            /** @description The first made first. */
            readonly webhooks: readonly components["schemas"]["WebhookView"][];
        };
        /**
         * @description How a webhook is.
         * @enum {string}
         */
        readonly WebhookState: "running" | "waiting" | "broken" | "stopped";
        /** @description What came of a test. */
        readonly WebhookTest: {
            /** @description Whether the receiver took it. */
            readonly delivered: boolean;
            /** @description Why not. */
            readonly error?: string | null;
            /** @description The `webhook-id` that it had. */
            readonly message: string;
        };
        /** @description A webhook and how it is. */
        readonly WebhookView: {
            /** @description When it was made. */
            readonly createdAt: string;
            /**
             * Format: int64
             * @description Events that were put aside.
             */
            readonly dead: number;
            /** @description When something was delivered last. */
            readonly deliveredAt?: string | null;
            /** @description When the next attempt is due. */
            readonly dueAt?: string | null;
            /** @description Why the last attempt failed. */
            readonly error?: string | null;
            /**
             * Format: int64
             * @description Attempts in a row that failed.
             */
            readonly failures: number;
            /** @description 32 hexadecimal digits; each `webhook-id` begins with it. */
            readonly id: string;
            /**
             * Format: int64
             * @description What stands in the log from here on is still to be delivered.
             */
            readonly next: number;
            /** @description The public half of the key that signs for this webhook alone: `whpk_` and Base64. */
            readonly publicKey: string;
            /** @description Since when nobody has answered. */
            readonly silentSince?: string | null;
            /** @description How it is. */
            readonly state: components["schemas"]["WebhookState"];
            /** @description Why it is stopped: `gone`, `silent`, `refused`. */
            readonly stopped?: string | null;
            /** @description Of streams of these kinds; absent for all. */
            readonly streams?: readonly string[];
            /** @description Statements of these types; absent for all. */
            readonly types?: readonly string[];
            /** @description Where to. */
            readonly url: string;
        };
    };
    responses: {
        /** @description An error of A2A, or refused before it came to that. */
        readonly A2aError: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/a2a+json": unknown;
                readonly "application/json": unknown;
                readonly "application/problem+json": components["schemas"]["Problem"];
                readonly "text/event-stream": string;
            };
        };
        /** @description Refused; `code` says why, `retry` whether trying again can help. */
        readonly Problem: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Refused; a page for who accepts `text/html`. */
        readonly Refused: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
                readonly "text/html": string;
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
