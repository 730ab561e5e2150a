/** All but the first page of an invitation, and the worker behind it: one file, fetched when somebody goes on. */

export { createSession } from "./crypto/client.ts";
export { Rest } from "./views/rest.tsx";
