import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { Browser, type Page } from "./support/browser.ts";
import { get } from "./support/client.ts";
import { type Up, up } from "./support/lintel.ts";
import { ingress, service } from "./support/objects.ts";
import { Pod } from "./support/pods.ts";
import { isMissing } from "./support/tools.ts";

/** Paths may hold anything, and so may annotations. */
const HOSTILE = "/<script>window.harmed=1</script>";
const ANNOTATION = "<img src=x onerror=window.harmed=1>";

const PAGES = [
  ["overview", "/"],
  ["hosts", "/hosts"],
  ["a host", "/hosts/shop.test"],
  ["traffic", "/traffic"],
  ["failures", "/failures"],
  ["explain", "/explain?url=http%3A%2F%2Fshop.test%2Fcart"],
  ["DNS", "/dns?name=web.test.svc.cluster.local"],
  ["certificates", "/certificates"],
  ["warnings", "/warnings"],
  ["history", "/history"],
] as const;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

describe.skipIf(isMissing("chromium"))("the dashboard", () => {
  let pod: Pod;
  let edge: Up;
  let browser: Browser;
  let page: Page;
  let base: string;
  let axe: string;
  /** Of a request that was answered with 503. */
  let failedId: string;

  beforeAll(async () => {
    pod = await Pod.start("web", (_, response) => response.end("ok"));
    edge = await up({
      "web.json": [
        ingress("shop", { rules: [{ host: "shop.test", paths: [{ path: "/", service: "web" }] }] }),
        ...service("web", [pod.port]),
        ...service("gone", [], "10.96.1.2"),
      ],
      "hostile.json": [
        {
          apiVersion: "networking.k8s.io/v1",
          kind: "Ingress",
          metadata: {
            name: "hostile",
            namespace: "test",
            annotations: { "nginx.ingress.kubernetes.io/proxy-body-size": ANNOTATION },
          },
          spec: {
            ingressClassName: "nginx",
            rules: [
              {
                host: "hostile.test",
                http: {
                  paths: [
                    {
                      path: HOSTILE,
                      pathType: "Exact",
                      backend: { service: { name: "web", port: { number: 80 } } },
                    },
                  ],
                },
              },
            ],
          },
        },
        ingress("down", { rules: [{ host: "down.test", paths: [{ path: "/", service: "gone" }] }] }),
      ],
    });
    const [, address = ""] = await edge.lintel.printed(/Dashboard: (http:\S+)\//);
    base = address;
    const failed = await get(edge.http, "down.test", "/basket");
    failedId = /Request id: (\S+)/.exec(failed.body)?.[1] ?? "";
    browser = await Browser.start();
    page = await browser.page();
    axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  });

  afterAll(async () => {
    await browser.close();
    await edge.close();
    await pod.close();
  });

  beforeEach(() => {
    page.errors.length = 0;
  });

  async function violations(options: object = {}): Promise<string[]> {
    const run = `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`;
    const found = await page.evaluate<Violation[]>(run);
    return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }

  test.each(PAGES)("%s: is whole, in both themes and on a phone", async (_, path) => {
    await page.theme("light");
    await page.width(1280);
    await page.open(base + path);
    expect(page.errors).toEqual([]);
    expect(await page.evaluate("document.querySelectorAll('h1').length")).toBe(1);
    await page.evaluate(`${axe};0`);
    expect(await violations()).toEqual([]);
    // Nothing but colours differs.
    await page.theme("dark");
    expect(await violations({ runOnly: ["color-contrast"] })).toEqual([]);
    await page.width(390);
    expect(await page.evaluate("document.scrollingElement.scrollWidth")).toBeLessThanOrEqual(390);
    expect(await page.evaluate("window.harmed")).toBeUndefined();
    await page.width(1280);
  });

  it("leads from an error page's request id to why, and on to the explanation", async () => {
    await page.open(`${base}/failures`);
    await page.press("/", "/");
    await page.type(failedId);
    await page.loading(() => page.press("Enter", "\r"));
    const text = await page.evaluate<string>("document.querySelector('tbody').textContent");
    expect(text).toContain("No endpoint of test/gone:80 is ready.");
    await page.loading(() => page.evaluate("document.querySelector('tbody a').click()"));
    expect(await page.evaluate("document.querySelector('.verdict').textContent")).toContain("answered 503");
    expect(await page.evaluate("document.querySelector('main').textContent")).toContain(
      "Service test/gone:80 has no endpoints",
    );
  });

  it("shows hostile names as the text that they are", async () => {
    await page.open(`${base}/hosts/hostile.test`);
    expect(await page.evaluate("document.querySelector('main').textContent")).toContain(HOSTILE);
    await page.open(`${base}/warnings`);
    expect(await page.evaluate("document.querySelectorAll('main script, main img').length")).toBe(0);
    expect(page.errors).toEqual([]);
  });

  it("refuses scripts that stand in the page, whoever put them there", async () => {
    await page.open(base);
    await page.evaluate(
      "{ const script = document.createElement('script'); script.textContent = 'window.harmed=1'; document.body.append(script); }",
    );
    expect(await page.evaluate("window.harmed")).toBeUndefined();
  });

  it("shows a change without being loaded again, and keeps the focus", async () => {
    await page.open(`${base}/hosts`);
    await page.evaluate("window.stays = 1; document.querySelector('tbody a').focus(); 0");
    const focused = await page.evaluate<string>("document.activeElement.textContent");
    const rules = [{ host: "zeta.test", paths: [{ path: "/", service: "web" }] }];
    await edge.write("new.json", [ingress("new", { rules })]);
    await page.holds("document.querySelector('main').textContent.includes('zeta.test')");
    expect(await page.evaluate("window.stays")).toBe(1);
    expect(await page.evaluate("document.activeElement.textContent")).toBe(focused);
    await page.holds("document.getElementById('say').textContent.startsWith('Generation ')");
    await page.open(`${base}/history`);
    expect(await page.evaluate("document.querySelector('main').textContent")).toContain("zeta.test");
  });

  it("is walked through by keyboard", async () => {
    await page.open(`${base}/`);
    await page.press("Tab");
    expect(await page.evaluate("document.activeElement.className")).toBe("skip");
    await page.press("Enter", "\r");
    await page.holds("document.activeElement.id === 'main'");
    await page.loading(() => page.press("/", "/"));
    await page.press("/", "/");
    expect(await page.evaluate("document.activeElement.name")).toBe("q");
    await page.type("down");
    await page.loading(() => page.press("Enter", "\r"));
    expect(await page.evaluate("location.search")).toBe("?q=down");
    expect(await page.evaluate("document.querySelector('tbody').textContent")).toContain("down.test503");
  });

  it("is read without JavaScript", async () => {
    await page.send("Emulation.setScriptExecutionDisabled", { value: true });
    await page.open(`${base}/explain?url=http%3A%2F%2Fdown.test%2F`);
    expect(await page.evaluate("document.querySelector('.verdict').textContent")).toContain(
      "No endpoint is ready.",
    );
    await page.send("Emulation.setScriptExecutionDisabled", { value: false });
  });
});
