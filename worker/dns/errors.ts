/** Says in the log why answers are SERVFAIL (CoreDNS errors plugin). */
import { errorText } from "../log.ts";
import { andThen, recover } from "./maybe-promise.ts";
import type { PluginPlatform } from "./plugins.ts";
import type { Plugin, Query } from "./resolver.ts";
import { RCODE } from "./wire/codes.ts";
import { typeText } from "./wire/record-text.ts";
import { nameToText } from "./wire/name-text.ts";

export function errors(platform: Pick<PluginPlatform, "log">): Plugin {
  function report({ question: { name, type } }: Query, cause: string): void {
    platform.log("error", { name: nameToText(name), type: typeText(type), cause }, "dns query failed");
  }
  return (query, next) => {
    const answered = () =>
      andThen(next(query), (resolution) => {
        if (resolution.rcode === RCODE.SERVFAIL) {
          report(query, resolution.extendedError?.text ?? resolution.cause ?? "SERVFAIL from a plugin");
        }
        return resolution;
      });
    return recover(answered, (error) => {
      report(query, errorText(error));
      throw error;
    });
  };
}
