import { once } from "node:events";
import { connect } from "node:http2";
import { expect, it } from "vitest";
import { startHttpsListener } from "../../../embedded-edge/listener/listener.ts";
import { workerUpstream } from "../../../embedded-edge/listener/worker-upstream.ts";
import { readText, startServer } from "../support/http.ts";
import { recordingLog } from "../support/log.ts";
import { fixedCertificate, localhostPair, testAuthority } from "../support/tls.ts";

it("serve the next request before a client's stream has closed, and every answer arrives", async () => {
  const worker = await startServer((request, response) => void response.end(request.url));
  const upstream = workerUpstream(() => worker.port);
  const authority = await testAuthority();
  const address = { host: "127.0.0.1", port: 0 };
  const listener = await startHttpsListener(
    { address, upstream, clientSecret: "s3cret", log: recordingLog() },
    fixedCertificate(await localhostPair(authority)),
  );
  const client = connect(`https://localhost:${listener.address.port}`, {
    ca: authority.pem,
    lookup: (_n, _o, done) => done(null, [{ address: "127.0.0.1", family: 4 }]),
  });
  const lane = async (name: number) => {
    const wrong: string[] = [];
    for (let turn = 0; turn < 40; turn += 1) {
      const stream = client.request({ ":path": `/${name}/${turn}` });
      await once(stream, "response");
      const text = await readText(stream);
      if (text !== `/${name}/${turn}`) wrong.push(text);
    }
    return wrong;
  };
  const wrong = await Promise.all(Array.from({ length: 8 }, (_, name) => lane(name)));
  expect(wrong.flat()).toEqual([]);
  client.destroy();
  await listener.close(0);
  upstream.close();
  await worker.close();
});
