/** Which plugins there are. They work in CoreDNS's order (its plugin.cfg), whatever theirs in a server block is. */
import type { DnsPlugin } from "../../contract/index.ts";
import type { PluginReader } from "./plugin.ts";
import { readAcl } from "./plugins/acl.ts";
import { readCache } from "./plugins/cache.ts";
import { readFile } from "./plugins/file.ts";
import { readForward } from "./plugins/forward.ts";
import { readHosts } from "./plugins/hosts.ts";
import { readK8sExternal } from "./plugins/k8s-external.ts";
import { readKubernetes } from "./plugins/kubernetes.ts";
import { readRewrite } from "./plugins/rewrite.ts";
import { readAny, readErrors, readLoadbalance, readLog } from "./plugins/small.ts";
import { readTemplate } from "./plugins/template.ts";

type Served = Exclude<DnsPlugin["plugin"], "published">;

/** In CoreDNS's order. */
export const READERS: ReadonlyMap<string, PluginReader> = new Map<Served, PluginReader>([
  ["errors", readErrors],
  ["log", readLog],
  ["acl", readAcl],
  ["any", readAny],
  ["loadbalance", readLoadbalance],
  ["cache", readCache],
  ["rewrite", readRewrite],
  ["template", readTemplate],
  ["hosts", readHosts],
  ["k8s_external", readK8sExternal],
  ["kubernetes", readKubernetes],
  ["file", readFile],
  ["forward", readForward],
]);

/** What the process or its listeners do in CoreDNS: nothing that an answer depends on. */
export const WITHOUT_EFFECT: ReadonlyMap<string, string> = new Map([
  ["bind", "The edge listens where it is told to."],
  ["bufsize", "Over HTTPS, answers need not fit a datagram."],
  ["cancel", "The edge has time limits of its own."],
  ["debug", "It is of CoreDNS's own process."],
  ["dnstap", "The edge sends its queries nowhere; `log` writes them to its log."],
  ["health", "The edge answers /healthz on its system host."],
  ["local", "Names such as localhost are answered by clients themselves."],
  ["loop", "An edge asks no resolver that could ask it."],
  ["metadata", "No plugin here needs it."],
  ["minimal", "Answers hold no records that nobody needs."],
  ["multisocket", "It is of CoreDNS's own process."],
  ["nsid", "It is of CoreDNS's own process."],
  ["pprof", "It is of CoreDNS's own process."],
  ["prometheus", "The edge counts answers at /metrics of its system host."],
  ["quic", "The edge answers over HTTPS."],
  ["ready", "The edge answers /healthz on its system host."],
  ["reload", "The agent follows the Corefile."],
  ["root", "Files are those beside the Corefile."],
  ["timeouts", "The edge has time limits of its own."],
  ["tls", "The edge answers over HTTPS."],
  ["trace", "It is of CoreDNS's own process."],
  ["transfer", "Zones are not transferred from an edge; `lintel zone export` writes them."],
  ["grpc_server", "The edge answers over HTTPS."],
  ["https", "The edge answers over HTTPS."],
  ["https3", "The edge answers over HTTPS."],
]);

/** CoreDNS's other plugins, by what can be done instead. */
export const UNSERVED: ReadonlyMap<string, string> = new Map([
  ["auto", "Name each zone with `file`."],
  ["autopath", "Give tokens a search list; see docs/dns.md."],
  ["azure", "Write the zone's text for `file`, or forward to a resolver that has it."],
  ["chaos", "Nothing: questions of class CH are refused."],
  ["clouddns", "Write the zone's text for `file`, or forward to a resolver that has it."],
  ["dns64", "Nothing, unless clients have no IPv4."],
  ["dnssec", "Nothing, unless clients validate."],
  ["erratic", "Nothing: it is for tests."],
  ["etcd", "Write the zone's text for `file`."],
  ["geoip", "Nothing, unless other plugins ask for it."],
  ["grpc", "Forward to a resolver that answers over HTTPS."],
  ["header", "Nothing, unless clients look at header bits."],
  ["nomad", "Write the zone's text for `file`."],
  ["on", "Nothing: it is of CoreDNS's own process."],
  ["route53", "Write the zone's text for `file`, or forward to a resolver that has it."],
  ["secondary", "Write the zone's text for `file`."],
  ["sign", "Nothing, unless clients validate."],
  ["tsig", "Give clients tokens; see docs/dns.md."],
  ["view", "Give tokens views; see docs/dns.md."],
  ["whoami", "Nothing: it is for tests."],
]);
