import fc from "fast-check";
import { beforeEach, describe, expect, it, test } from "vitest";
import type { Filters, Limits } from "../../../../../contract/index.ts";
import { addressTest } from "../../../../../worker/ingress/address-ranges.ts";
import type { Exchange, Step } from "../../../../../worker/ingress/filters/filter.ts";
import { limits } from "../../../../../worker/ingress/filters/limits/limits.ts";
import { LIMITS } from "../../../limits/isolates.ts";
import { VirtualTime } from "../../../limits/virtual-time.ts";
import { exchangeOf, type ExchangeInit, routeWith } from "../../../support/exchange.ts";

let time: VirtualTime;
let filter: ReturnType<typeof limits>;
let background: Promise<unknown>[];
beforeEach(() => {
  time = new VirtualTime();
  background = [];
  filter = filterAt(time);
});

const filterAt = (clock: VirtualTime) =>
  limits({
    now: () => clock.now,
    delay: clock.delay,
    random: () => 0,
    waitUntil: (work) => void background.push(work),
    log: () => undefined,
  });

function stepFor(wanted: Partial<Limits>, ingress = "shop/web"): Step {
  const filters: Filters = { limits: { ...LIMITS, ...wanted } };
  const step = filter(filters, { ...routeWith(filters), ingress });
  if (step === undefined) throw new Error("no step");
  return step;
}

/** The status of a refusal, or 200. */
async function ask(step: Step, init: ExchangeInit = {}): Promise<number> {
  return (await step.request?.(exchangeOf(init)))?.status ?? 200;
}

async function statuses(step: Step, times: number, init?: ExchangeInit): Promise<string> {
  const found: number[] = [];
  for (let i = 0; i < times; i++) found.push(await ask(step, init));
  const passed = found.findIndex((status) => status !== 200);
  const refused = new Set(passed === -1 ? [] : found.slice(passed));
  return `${passed === -1 ? times : passed} passed, then ${Array.from(refused).join(" ") || "none refused"}`;
}

const from = (address: string): ExchangeInit => ({ client: { address } });
const tenant = (name: string): ExchangeInit => ({ init: { headers: { "x-tenant": name } } });

it("is no filter for a route without limits", () => {
  expect(filter({}, routeWith({}))).toBeUndefined();
});

describe("a rate", () => {
  test.each<[string, Partial<Limits>, string]>([
    ["lets five times as many pass at once, and one more", { perSecond: 2 }, "11 passed, then 503"],
    ["or as many as are written", { perSecond: 2, burstMultiplier: 3 }, "7 passed, then 503"],
    ["a minute's as well", { perMinute: 3, burstMultiplier: 1 }, "4 passed, then 503"],
    ["answers what is written", { perSecond: 1, status: 429 }, "6 passed, then 429"],
    ["is the lesser of two", { perSecond: 2, perMinute: 3, burstMultiplier: 1 }, "3 passed, then 503"],
  ])("%s", async (_, wanted, expected) => {
    expect(await statuses(stepFor(wanted), 20)).toBe(expected);
  });

  it("uses up nothing of one by what the other refuses", async () => {
    const step = stepFor({ perSecond: 1, perMinute: 6, burstMultiplier: 1 });
    expect(await statuses(step, 20)).toBe("2 passed, then 503");
    for (let second = 1; second <= 5; second++) {
      time.now += 1_000;
      expect(await ask(step)).toBe(200);
    }
    time.now += 1_000;
    expect(await ask(step)).toBe(503);
  });

  it("is refilled as time goes", async () => {
    const step = stepFor({ perSecond: 2, burstMultiplier: 1 });
    await statuses(step, 20);
    time.now += 499;
    expect(await ask(step)).toBe(503);
    time.now += 1;
    expect(await ask(step)).toBe(200);
    expect(await ask(step)).toBe(503);
  });
});

describe("counted together are", () => {
  const wanted = { perSecond: 1, burstMultiplier: 1 };

  it("the requests of one address", async () => {
    const step = stepFor(wanted);
    expect(await statuses(step, 3, from("192.0.2.7"))).toBe("2 passed, then 503");
    expect(await statuses(step, 3, from("192.0.2.8"))).toBe("2 passed, then 503");
    expect(await statuses(step, 3, from("2001:db8::1"))).toBe("2 passed, then 503");
  });

  it("those with the same value of a header, and by address those without", async () => {
    const step = stepFor({ ...wanted, by: { header: "x-tenant" } });
    expect(await statuses(step, 3, tenant("a"))).toBe("2 passed, then 503");
    expect(await statuses(step, 3, { ...tenant("a"), ...from("192.0.2.8") })).toBe("0 passed, then 503");
    expect(await statuses(step, 3, tenant("b"))).toBe("2 passed, then 503");
    expect(await statuses(step, 3)).toBe("2 passed, then 503");
  });

  it("those of all paths of an Ingress, and not of another", async () => {
    const [one, same, other] = [stepFor(wanted), stepFor(wanted), stepFor(wanted, "shop/other")];
    expect(await statuses(one, 3)).toBe("2 passed, then 503");
    expect(await statuses(same, 3)).toBe("0 passed, then 503");
    expect(await statuses(other, 3)).toBe("2 passed, then 503");
  });

  it("those before and after a change of something else", async () => {
    expect(await statuses(stepFor(wanted), 3)).toBe("2 passed, then 503");
    expect(await ask(stepFor({ ...wanted, status: 429 }))).toBe(429);
    expect(await ask(stepFor({ ...wanted, perSecond: 2 }))).toBe(200);
  });
});

describe("exempt addresses", () => {
  const exempt = ["10.0.0.0/8", "2001:db8::/32", "::ffff:198.51.100.0/120"];

  test.each([
    ["10.1.2.3", "9 passed, then none refused"],
    ["2001:db8::1", "9 passed, then none refused"],
    ["198.51.100.9", "9 passed, then none refused"],
    ["192.0.2.7", "2 passed, then 503"],
    ["2001:db9::1", "2 passed, then 503"],
  ])("%s", async (address, expected) => {
    const step = stepFor({ perSecond: 1, burstMultiplier: 1, connections: 5, exempt });
    expect(await statuses(step, 9, from(address))).toBe(expected);
  });

  it("are none where the list cannot be read", async () => {
    const step = stepFor({ perSecond: 1, burstMultiplier: 1, exempt: ["10.0.0.0/8", "nonsense"] });
    expect(await statuses(step, 9, from("10.1.2.3"))).toBe("2 passed, then 503");
  });

  it("are never refused, whoever else is", async () => {
    const addresses = fc.array(fc.ipV4(), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(addresses, fc.integer({ min: 0, max: 32 }), async (clients, bits) => {
        const range = `${clients[0]}/${bits}`;
        filter = filterAt(time);
        const step = stepFor({ perSecond: 1, burstMultiplier: 1, connections: 1, exempt: [range] });
        const isExempt = addressTest([range]);
        for (const client of [...clients, ...clients, ...clients]) {
          const status = await ask(step, from(client));
          if (isExempt?.(client) === true) expect(status).toBe(200);
        }
      }),
      { numRuns: 50 },
    );
  });
});

async function answered(step: Step, init: ExchangeInit = {}): Promise<Headers> {
  const exchange = exchangeOf(init);
  const refusal = await step.request?.(exchange);
  const response = new Response(null, { status: refusal?.status ?? 204 });
  return ((await step.response?.(exchange, response)) ?? response).headers;
}

const fieldsOf = (headers: Headers) => [
  headers.get("ratelimit-policy"),
  headers.get("ratelimit"),
  headers.get("retry-after"),
];

describe("the client is told", () => {
  it("what is allowed, what is left of it, and when it will be more", async () => {
    const step = stepFor({ perSecond: 2, perMinute: 3, burstMultiplier: 1, connections: 4 });
    const policy =
      '"per-second";q=2;w=1;lintel-burst=2, "per-minute";q=3;w=60;lintel-burst=3, "connections";q=4;qu="concurrent-requests"';
    const told = async () => fieldsOf(await answered(step));
    expect(await told()).toEqual([
      policy,
      '"per-second";r=2;t=1, "per-minute";r=3;t=20, "connections";r=3',
      null,
    ]);
    await told();
    expect(await told()).toEqual([
      policy,
      '"per-second";r=0;t=1, "per-minute";r=1;t=20, "connections";r=3',
      null,
    ]);
    expect(await told()).toEqual([
      policy,
      '"per-second";r=0;t=1, "per-minute";r=1;t=20, "connections";r=4',
      "1",
    ]);
  });

  it("to wait until one request would pass", async () => {
    const step = stepFor({ perMinute: 2, burstMultiplier: 1 });
    await statuses(step, 3);
    time.now += 9_500;
    expect(fieldsOf(await answered(step)).slice(1)).toEqual(['"per-minute";r=0;t=21', "21"]);
    time.now += 20_500;
    expect(await ask(step)).toBe(200);
  });

  it("beside what the Service says of its own limits", async () => {
    const step = stepFor({ perSecond: 2 });
    const exchange = exchangeOf({});
    await step.request?.(exchange);
    const response = new Response(null, { headers: { ratelimit: '"own";r=1' } });
    await step.response?.(exchange, response);
    expect(response.headers.get("ratelimit")).toBe('"own";r=1, "per-second";r=10;t=1');
  });

  it("nothing where nothing is counted", async () => {
    const step = stepFor({ perSecond: 2, exempt: ["192.0.2.0/24"] });
    expect(fieldsOf(await answered(step))).toEqual([null, null, null]);
    const another = new Response(null);
    // A redirect came first.
    await stepFor({ perSecond: 2 }).response?.(exchangeOf({}), another);
    expect(fieldsOf(another.headers)).toEqual([null, null, null]);
  });
});

describe("connections", () => {
  async function begin(step: Step, init: ExchangeInit = {}): Promise<Exchange | undefined> {
    const exchange = exchangeOf(init);
    return (await step.request?.(exchange)) === undefined ? exchange : undefined;
  }

  const body = () => new TransformStream<Uint8Array, Uint8Array>();

  it("are counted until the response has been sent", async () => {
    const step = stepFor({ connections: 1 });
    const exchange = await begin(step);
    if (exchange === undefined) throw new Error("refused");
    const { readable, writable } = body();
    const response = await step.response?.(exchange, new Response(readable));
    expect(await begin(step)).toBeUndefined();
    const writer = writable.getWriter();
    const read = response?.text();
    await writer.write(new TextEncoder().encode("all of it"));
    expect(await begin(step)).toBeUndefined();
    await writer.close();
    expect(await read).toBe("all of it");
    await Promise.all(background);
    expect(await begin(step)).toBeDefined();
  });

  it("are refused beyond the limit, with a second to wait", async () => {
    const step = stepFor({ connections: 2, status: 429 });
    await begin(step);
    await begin(step);
    expect(fieldsOf(await answered(step))).toEqual([
      '"connections";q=2;qu="concurrent-requests"',
      '"connections";r=0',
      "1",
    ]);
    expect(await ask(step)).toBe(429);
    expect(await ask(step, from("192.0.2.8"))).toBe(200);
  });

  it("end with a request that fails", async () => {
    const step = stepFor({ connections: 1 });
    const exchange = await begin(step);
    if (exchange !== undefined) step.abandoned?.(exchange);
    expect(await begin(step)).toBeDefined();
  });

  it("end with a client that leaves", async () => {
    const step = stepFor({ connections: 1 });
    const client = new AbortController();
    await begin(step, { init: { signal: client.signal } });
    expect(await begin(step)).toBeUndefined();
    client.abort();
    expect(await begin(step)).toBeDefined();
  });

  it("end but once", async () => {
    const step = stepFor({ connections: 2 });
    const exchange = await begin(step);
    await begin(step);
    if (exchange !== undefined) {
      step.abandoned?.(exchange);
      step.abandoned?.(exchange);
    }
    expect(await begin(step)).toBeDefined();
    expect(await begin(step)).toBeUndefined();
  });

  it("do not count what the edge asks itself on behalf of a client", async () => {
    const step = stepFor({ connections: 1 });
    await begin(step);
    expect(await step.request?.({ ...exchangeOf({}), isInner: true })).toBeUndefined();
  });

  it("take no request of a rate that refuses", async () => {
    const step = stepFor({ perSecond: 1, burstMultiplier: 1, connections: 2 });
    const first = await begin(step);
    const second = await begin(step);
    expect(await begin(step)).toBeUndefined();
    for (const exchange of [first, second]) if (exchange !== undefined) step.abandoned?.(exchange);
    time.now += 10_000;
    await begin(step);
    await begin(step);
    time.now += 10_000;
    expect(await begin(step)).toBeUndefined();
  });
});
