import type { Filter } from "./filter.ts";

const CLOSED = { status: 503, detail: "Access to this is restricted in a way that cannot be honoured." };

/** Where the restriction of a route could not be read, nobody comes in. */
export const closed: Filter = (filters) => filters.closed && { request: () => CLOSED };
