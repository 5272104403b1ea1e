/** Which server block answers for which zones. An edge has one listener, where CoreDNS may have many. */
import { CorefileError } from "./error.ts";
import type { Finding } from "./finding.ts";
import { placeField } from "./source.ts";
import type { ServerBlock, Word } from "./syntax.ts";
import { readServerKey, type ServerKey } from "./zones.ts";

export interface ServedBlock {
  readonly block: ServerBlock;
  readonly zones: readonly string[];
}

const DNS_PORT = 53;

interface Claim {
  readonly block: ServerBlock;
  readonly key: ServerKey;
  readonly word: Word;
  readonly zone: string;
}

/** @throws CorefileError where CoreDNS would not start */
export function chooseZones(blocks: readonly ServerBlock[], find: (finding: Finding) => void): ServedBlock[] {
  if (blocks.length === 0) return [];
  const shared = blocks.filter((block) => !viewed(block, find));
  const claims = shared.flatMap((block) => claimsOf(block, find));
  const winners = new Map<string, Claim>();
  for (const claim of claims) {
    const other = winners.get(claim.zone);
    if (other === undefined) winners.set(claim.zone, claim);
    else if (claim.block === other.block) {
      // Said twice in one block: at most another transport of it.
    } else if (isUsual(claim) && !isUsual(other)) {
      lose(other, claim, find);
      winners.set(claim.zone, claim);
    } else {
      requireDistinct(claim, other);
      lose(claim, other, find);
    }
  }
  const byBlock = Map.groupBy(winners.values(), ({ block }) => block);
  return shared.flatMap((block) => {
    const zones = byBlock.get(block)?.map(({ zone }) => zone) ?? [];
    return zones.length === 0 ? [] : [{ block, zones }];
  });
}

/** What a view's expression would decide cannot be decided here, and must not be open to all instead. */
function viewed({ statements, place }: ServerBlock, find: (finding: Finding) => void): boolean {
  const view = statements.find(({ text }) => text === "view");
  if (view === undefined) return false;
  find({
    kind: "ignored",
    place,
    message: "The server block holds for some clients only (`view`); it is not served.",
    remedy: "Give tokens views instead; see docs/dns.md.",
  });
  return true;
}

function claimsOf(block: ServerBlock, find: (finding: Finding) => void): Claim[] {
  return block.keys.flatMap((word) => {
    const key = readServerKey(word);
    if (key.scheme !== "dns" || key.port !== DNS_PORT) {
      find({
        kind: key.scheme === "dns" ? "note" : "ignored",
        place: word.place,
        message: `${word.text}: the edge answers over HTTPS on its system host, whatever transport and port stand here.`,
        remedy: "Nothing: it may stay for CoreDNS.",
      });
    }
    return key.zones.map((zone) => ({ block, key, word, zone }));
  });
}

const isUsual = ({ key }: Claim): boolean => key.scheme === "dns" && key.port === DNS_PORT;

function lose(loser: Claim, winner: Claim, find: (finding: Finding) => void): void {
  find({
    kind: "ignored",
    place: loser.word.place,
    message: `Zone ${loser.zone} has another server block (${placeField(winner.word.place)}), which is served; this one is not.`,
    remedy: "Write one server block for the zone, if both are meant for the edge.",
  });
}

/** On one port CoreDNS takes a zone twice only where the blocks listen on addresses of their own. */
function requireDistinct(claim: Claim, other: Claim): void {
  const isBound = ({ block }: Claim) => block.statements.some(({ text }) => text === "bind");
  const isSame = claim.key.scheme === other.key.scheme && claim.key.port === other.key.port;
  if (!isSame || (isBound(claim) && isBound(other))) return;
  throw new CorefileError(
    claim.word.place,
    `zone ${claim.zone} has a server block already (${placeField(other.word.place)})`,
    "Write one server block for the zone.",
  );
}
