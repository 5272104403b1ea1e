import { expect, it } from "vitest";
import type { EdgeEnv } from "../../../worker/env.ts";
import { Published } from "../support/published.ts";
import { systemHost } from "./support.ts";

/** A namespace of which no object can be reached. */
const DOWN = {
  getByName: () => ({
    read: () => Promise.reject(new Error("overloaded")),
    offer: () => Promise.reject(new Error("overloaded")),
  }),
} as unknown as NonNullable<EdgeEnv["HEAD"]>;

it.each(["GET", "PUT"])(
  "%s is answered with 503 and the reason while the Durable Object is down",
  async (method) => {
    const published = await Published.create();
    const root = await published.publish({});
    const ask = systemHost(published, { HEAD: DOWN });
    const response = await ask("/head", { method, ...(method === "PUT" && { body: root }) });
    expect([response.status, await response.json()]).toEqual([
      503,
      {
        error: expect.stringContaining(
          "the Durable Object of the head cannot be reached (Error: overloaded); try again",
        ) as string,
      },
    ]);
  },
);
