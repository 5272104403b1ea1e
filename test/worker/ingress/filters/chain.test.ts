import { beforeEach, describe, expect, it } from "vitest";
import { Chains, runRequestSteps, runResponseSteps } from "../../../../worker/ingress/filters/chain.ts";
import type { Filter } from "../../../../worker/ingress/filters/filter.ts";
import { exchangeOf, routeWith } from "../../support/exchange.ts";

let ran: string[];
beforeEach(() => {
  ran = [];
});

const recording =
  (name: string, answers = false): Filter =>
  () => ({
    request() {
      ran.push(`${name} request`);
      return answers ? { status: 403, detail: name } : undefined;
    },
    response() {
      ran.push(`${name} response`);
      return undefined;
    },
  });

describe("a chain", () => {
  it("runs requests in order and responses in the opposite one", async () => {
    const chain = new Chains([recording("a"), recording("b")]).of(routeWith({}));
    const exchange = exchangeOf({});
    expect(await runRequestSteps(chain, exchange)).toBeUndefined();
    await runResponseSteps(chain, exchange, new Response());
    expect(ran).toEqual(["a request", "b request", "b response", "a response"]);
  });

  it("stops at the first answer", async () => {
    const chain = new Chains([recording("a", true), recording("b")]).of(routeWith({}));
    expect(await runRequestSteps(chain, exchangeOf({}))).toMatchObject({ detail: "a" });
    expect(ran).toEqual(["a request"]);
  });

  it("is provisioned once a route, and not at all for a route without filters", () => {
    let provisioned = 0;
    const chains = new Chains([
      () => {
        provisioned++;
        return undefined;
      },
    ]);
    const route = routeWith({});
    expect(chains.of(route)).toBe(chains.of(route));
    chains.of(routeWith());
    expect(provisioned).toBe(1);
  });

  it("lets a response step put another response in the place of the one it gets", async () => {
    const replacing: Filter = () => ({ response: () => new Response("other") });
    const chain = new Chains([replacing]).of(routeWith({}));
    const response = await runResponseSteps(chain, exchangeOf({}), new Response("one"));
    expect(await response.text()).toBe("other");
  });
});
