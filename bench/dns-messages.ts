/** Messages per second of the resolver, from octets to octets, beside what another codec takes for the octets alone. */
import { decode, encode, type Packet } from "dns-packet";
import { type Asker, createResponder } from "../worker/dns/responder.ts";
import { createResolver } from "../worker/dns/servers.ts";
import { decodeMessage } from "../worker/dns/wire/decode.ts";
import type { Bench } from "./support/benchmark.ts";
import { dnsCluster, questions } from "./support/dns-cluster.ts";
import { inTurns } from "./support/statistics.ts";

const ROUNDS = 9;
const ROUND_MS = 500;

const ASKER: Asker = { client: { address: "203.0.113.9" }, visible: { forward: true } };

export const bench: Bench = {
  title: "DNS messages",
  method:
    "One process, one thread: 1,000 questions to a cluster of 1,000 Services (addresses of both families, names that " +
    "do not exist, SRV with four endpoints), with EDNS, are decoded, resolved and the answers encoded. Beside it dns-packet, " +
    "which decodes the same queries and encodes the same answers, and resolves nothing.",
  async run(say) {
    const respond = createResponder(
      createResolver({
        now: () => 1_790_000_000_000,
        random: Math.random,
        log: () => undefined,
        waitUntil: () => undefined,
        delay: () => Promise.resolve(),
        fetch: () => Promise.reject(new Error("the network has no part in this")),
      }),
    );
    const view = dnsCluster();
    // Each codec gets the kind of array that it is made for: ours runs in Workers, which know no Buffer.
    const queries = questions().map(({ name, type }, id) =>
      encode({
        type: "query",
        id,
        flags: 0x100,
        questions: [{ name, type }],
        additionals: [
          {
            type: "OPT",
            name: ".",
            udpPayloadSize: 1232,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ],
      } satisfies Packet),
    );
    const octets = queries.map((query) => new Uint8Array(query));
    const answer = (query: Uint8Array): Uint8Array => {
      const reply = respond(decodeMessage(query), ASKER, () => view);
      if (reply instanceof Promise) throw new Error("an answer out of memory had to be waited for");
      return reply.octets;
    };
    // Copied: what the responder gives is part of a larger buffer.
    const replies = octets.map((query) => decode(Buffer.from(answer(query))));
    const answered = replies.filter(({ answers }) => (answers?.length ?? 0) > 0).length;
    say(`${queries.length} questions, ${answered} of them with records in the answer`);

    const rate = (work: (index: number) => unknown) => () => {
      let messages = 0;
      const start = performance.now();
      let elapsed = 0;
      while (elapsed < ROUND_MS) {
        for (let index = 0; index < queries.length; index += 1) work(index);
        messages += queries.length;
        elapsed = performance.now() - start;
      }
      return (messages / elapsed) * 1000;
    };
    const at = <T>(list: readonly T[], index: number): T => {
      const item = list[index];
      if (item === undefined) throw new RangeError(`no message ${index}`);
      return item;
    };
    const { ours, theirs } = await inTurns(
      {
        ours: rate((index) => answer(at(octets, index))),
        theirs: rate((index) => {
          decode(at(queries, index));
          return encode(at(replies, index));
        }),
      },
      ROUNDS,
    );
    return {
      rows: [
        {
          what: "decode, resolve, encode",
          measured: ours,
          unit: "messages/s",
          baseline: { name: "dns-packet, decode and encode alone", value: theirs },
        },
      ],
      goals: [{ what: "messages against dns-packet's codec alone", is: ours / theirs, want: { atLeast: 3 } }],
    };
  },
};
