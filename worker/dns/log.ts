/** One line for every answer (CoreDNS log plugin). Whoever asks is an address: no token, no name. */
import type { PluginConfig } from "../../contract/index.ts";
import type { PluginPlatform } from "./plugins.ts";
import { andThen, recover } from "./maybe-promise.ts";
import type { Plugin, Query, Resolution } from "./resolver.ts";
import { RCODE, rcodeText } from "./wire/codes.ts";
import { typeText } from "./wire/record-text.ts";
import { nameToText } from "./wire/name-text.ts";
import { Zones } from "./zones.ts";

type Class = "success" | "denial" | "error";

export function log(config: PluginConfig<"log">, platform: Pick<PluginPlatform, "log" | "now">): Plugin {
  const zones = new Zones(config.zones);
  const classes = new Set<string>(config.classes);
  const isLogged = (answered: Class) => classes.size === 0 || classes.has("all") || classes.has(answered);

  function report(query: Query, start: number, rcode: number, answers: number): void {
    const { name, type } = query.question;
    platform.log(
      "info",
      {
        client: query.client.address,
        name: nameToText(name),
        type: typeText(type),
        rcode: rcodeText(rcode),
        answers,
        ms: platform.now() - start,
      },
      "dns query",
    );
  }

  return (query, next) => {
    if (!zones.has(query.question.name)) return next(query);
    const start = platform.now();
    const answered = () =>
      andThen(next(query), (resolution) => {
        if (isLogged(classOf(resolution))) report(query, start, resolution.rcode, resolution.answers.length);
        return resolution;
      });
    return recover(answered, (error) => {
      if (isLogged("error")) report(query, start, RCODE.SERVFAIL, 0);
      throw error;
    });
  };
}

/** As CoreDNS tells them apart: what denies has an SOA record, a name server's name alone is a success. */
export function classOf({ rcode, answers, authorities }: Resolution): Class {
  if (rcode === RCODE.NOERROR && answers.length > 0) return "success";
  const denies = authorities.some(({ type }) => type === "SOA");
  if (denies && (rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN)) return "denial";
  return rcode === RCODE.NOERROR ? "success" : "error";
}
