/** A few whole messages, octet for octet. */
import { expect, it } from "vitest";
import { createResponder } from "../../../worker/dns/responder.ts";
import { createResolver } from "../../../worker/dns/servers.ts";
import { decodeMessage } from "../../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../../worker/dns/wire/encode.ts";
import { CLUSTER } from "./support/cluster.ts";
import { hexOf, octetsOf, queryFor } from "./support/messages.ts";
import { ASKER, PLATFORM } from "./support/platform.ts";
import { viewOf } from "./support/snapshot.ts";
import { questionOf } from "./support/zone-text.ts";

const SHOP = "0473686f70 03737663 07636c7573746572 056c6f63616c 00 ; shop.svc.cluster.local";

const MESSAGES: readonly (readonly [question: string, message: string])[] = [
  [
    "web.shop.svc.cluster.local. A",
    `1234 8500 0001 0001 0000 0000 ; answer, authoritative, recursion desired
     03776562 ${SHOP}
     0001 0001
     c00c 0001 0001 00000005 0004 0a600014`,
  ],
  [
    "alias.shop.svc.cluster.local. A",
    `1234 8500 0001 0002 0000 0000
     05616c696173 ${SHOP}
     0001 0001
     c00c 0005 0001 00000005 0006 03776562 c012 ; CNAME web, and shop as in the question
     c03a 0001 0001 00000005 0004 0a600014`,
  ],
  [
    "_pg._tcp.db.shop.svc.cluster.local. SRV",
    `1234 8500 0001 0002 0000 0002
     035f7067 045f746370 026462 ${SHOP}
     0021 0001
     c00c 0021 0001 00000005 0026 0000 0032 1538
     0464622d30 026462 ${SHOP} whole, RFC 2782
     c00c 0021 0001 00000005 0026 0000 0032 1538
     0464622d31 026462 ${SHOP}
     c046 0001 0001 00000005 0004 0af40201
     c078 0001 0001 00000005 0004 0af40202`,
  ],
  [
    "No.shop.svc.cluster.local. A",
    `1234 8503 0001 0000 0001 0000 ; NXDOMAIN
     024e6f ${SHOP}
     0001 0001
     c018 0006 0001 00000005 002a ; SOA of cluster.local
     026e73 03646e73 c018
     0a686f73746d6173746572 c018
     6905fc80 00001c20 00000708 00015180 00000005`,
  ],
  [
    "1.2.244.10.in-addr.arpa. PTR",
    `1234 8500 0001 0001 0000 0000
     0131 0132 03323434 023130 07696e2d61646472 0461727061 00
     000c 0001
     c00c 000c 0001 00000005 0020
     0464622d30 026462 ${SHOP}`,
  ],
  [
    "version.bind. CH TXT",
    `1234 8105 0001 0000 0000 0000 ; REFUSED, of no authority
     0776657273696f6e 0462696e64 00
     0010 0003`,
  ],
];

it.each(MESSAGES)("%s", async (question, message) => {
  const respond = createResponder(createResolver(PLATFORM));
  const query = new MessageEncoder().encode(queryFor([questionOf(question)], { id: 0x1234 }));
  const { octets } = await respond(decodeMessage(query), ASKER, () => viewOf(CLUSTER));
  expect(hexOf(octets)).toBe(hexOf(octetsOf(message)));
});
