/** What is served follows what the cluster says. */
import { describe, expect, it } from "vitest";
import { CONTROLLER } from "../../../../sync-agent/compile/class-selection.ts";
import { type Issued, selfSigned } from "../../support/certificates.ts";
import { get } from "../../support/client.ts";
import { eventually } from "../harness/eventually.ts";
import { configMap, endpoints, ingress, ingressClass, secret, tlsSecret } from "../harness/objects.ts";
import type { Scene } from "../harness/scene.ts";

const nginx = (annotations: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]),
  );

/** An agent must be running, and the Services `one` and `two` be there. To be run at the same time. */
export function servingScenarios(scene: () => Scene): void {
  it("serves an Ingress that is created, changed and deleted", async () => {
    const { client, className, answers } = scene();
    await client.put(ingress("crud", { className, hosts: { "crud.test": "one" } }));
    await answers("crud.test", "one");
    await client.put(ingress("crud", { className, hosts: { "crud.test": "two" } }));
    await answers("crud.test", "two");
    await client.remove("Ingress", "crud");
    await answers("crud.test", 404);
  });

  it("follows the endpoints of a rollout", async () => {
    const { client, upstreams, className, answers } = scene();
    await upstreams.serve(client, "old");
    await client.put(ingress("rollout", { className, hosts: { "rollout.test": "old" } }));
    await answers("rollout.test", "old");
    await client.put(endpoints("new", "old", upstreams.address, await upstreams.start("new")));
    await answers("rollout.test", "new");
    await client.remove("EndpointSlice", "old");
    // The old endpoint is gone for good: whoever still asked it would get no answer.
    await upstreams.stop("old");
    for (let i = 0; i < 20; i++) await answers("rollout.test", "new");
    await client.remove("EndpointSlice", "new");
    await answers("rollout.test", 503);
    await client.remove("Ingress", "rollout");
  });

  it("presents a certificate as soon as its Secret is there, and the next one when it is rotated", async () => {
    const { client, className, askTls } = scene();
    const host = "tls.test";
    const [first, second] = await Promise.all([selfSigned([host]), selfSigned([host])]);
    const presented = ({ cert }: Issued) =>
      eventually(
        // Until then the certificate is one that this client does not trust.
        () => askTls(host, cert).catch(() => undefined),
        (answer) => answer?.issuer === host,
      );
    await client.put(ingress("tls", { className, hosts: { [host]: "two" }, secretName: "tls" }));
    await client.put(tlsSecret("tls", first));
    await presented(first);
    await client.put(tlsSecret("tls", second));
    expect((await presented(second))?.body).toBe("two");
    await client.remove("Ingress", "tls");
  });

  it("asks for the passwords of a Secret, which may come later than the Ingress and go before it", async () => {
    const { client, className, answers } = scene();
    const annotations = nginx({ "auth-type": "basic", "auth-secret": "users" });
    await client.put(ingress("auth", { className, hosts: { "auth.test": "one" }, annotations }));
    await answers("auth.test", 503);
    await client.put(secret("users", { auth: "ada:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=" }));
    await answers("auth.test", 401);
    await client.remove("Secret", "users");
    await answers("auth.test", 503);
    await client.remove("Ingress", "auth");
  });

  it("follows the ConfigMap that an annotation names", async () => {
    const { client, className, http } = scene();
    const shown = (level: string) =>
      eventually(
        async () => (await get(http, "headers.test", "/")).headers["x-level"],
        (header) => header === level,
      );
    const annotations = nginx({ "custom-headers": "headers" });
    await client.put(configMap("headers", { "X-Level": "one" }));
    await client.put(ingress("headers", { className, hosts: { "headers.test": "one" }, annotations }));
    await shown("one");
    await client.put(configMap("headers", { "X-Level": "two" }));
    await shown("two");
    await client.remove("Ingress", "headers");
    await client.remove("ConfigMap", "headers");
  });

  describe("a class", () => {
    it("is served by its name, and no other", async () => {
      const { client, className, answers } = scene();
      const hosts = { "class.test": "two" };
      await client.put(ingress("class", { className, hosts }));
      await answers("class.test", "two");
      await client.put(ingress("class", { className: "somebody-elses", hosts }));
      await answers("class.test", 404);
      await client.put(ingress("class", { className, hosts }));
      await answers("class.test", "two");
      await client.remove("Ingress", "class");
    });

    it("is served by its controller, as long as the class is there", async () => {
      const { client, className, answers } = scene();
      const named = `${className}-named`;
      await client.put(ingress("named", { className: named, hosts: { "named.test": "two" } }));
      await client.put(ingressClass(named, CONTROLLER));
      try {
        await answers("named.test", "two");
      } finally {
        await client.remove("IngressClass", named);
      }
      await answers("named.test", 404);
      await client.remove("Ingress", "named");
    });
  });
}

/** Not beside the scenarios above: it serves the hosts that they expect not to be served. */
export function defaultBackendScenarios(scene: () => Scene): void {
  it("serves an Ingress without rules for every other host", async () => {
    const { client, className, ask, answers } = scene();
    expect(await ask("nobody.test")).toBe(404);
    await client.put(ingress("fallback", { className, defaultBackend: "two" }));
    await answers("nobody.test", "two");
    await client.remove("Ingress", "fallback");
    await answers("nobody.test", 404);
  });
}
