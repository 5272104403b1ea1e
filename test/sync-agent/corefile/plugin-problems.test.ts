/** What is said of plugins' lines that are not served, and what refuses a Corefile. */
import { describe, expect, test } from "vitest";
import { saidOfLines } from "./support/read.ts";

describe("says", () => {
  test.each<[string, string, string]>([
    [
      "that a plugin has no effect",
      "health",
      "note line 1: Plugin `health` has no effect here. The edge answers /healthz on its system host.",
    ],
    [
      "that a plugin is not served",
      "autopath @kubernetes",
      "ignored line 1: Plugin `autopath` is not served.",
    ],
    [
      "that a plugin is not known",
      "foward . 1.1.1.1",
      "ignored line 1: Plugin `foward` is not known; it is not served.",
    ],
    [
      "that an option is not known",
      "kubernetes cluster.local {\nx\n}",
      "ignored line 2: Option `x` of kubernetes is not known; it is ignored.",
    ],
    [
      "that an option is the agent's own matter",
      "kubernetes cluster.local {\nendpoint https://k8s\n}",
      "note line 2: `endpoint` says how CoreDNS reaches the API server; the agent has its own way.",
    ],
    [
      "where nothing is forwarded",
      "forward . /etc/resolv.conf 10.0.0.1",
      "ignored line 1: An edge cannot ask /etc/resolv.conf (a file of the machine that CoreDNS runs on), 10.0.0.1 (a private address). Nothing is forwarded: other names have no answer.",
    ],
    [
      "where something is",
      "forward . 1.1.1.1 203.0.113.1",
      "ignored line 1: An edge cannot ask 203.0.113.1 (no resolver that is known to answer over HTTPS). The other resolvers are asked.",
    ],
    [
      "that a port is no resolver's",
      "forward . 1.1.1.1:5300",
      "ignored line 1: An edge cannot ask 1.1.1.1:5300 (no resolver that is known to answer over HTTPS). Nothing is forwarded: other names have no answer.",
    ],
    [
      "that EDNS0 is not rewritten",
      "rewrite edns0 nsid set",
      "ignored line 1: `rewrite edns0` is not served; the rule is left out.",
    ],
    [
      "that a hosts file is not there",
      "hosts /etc/NodeHosts",
      "ignored line 1: There is no file /etc/NodeHosts beside the Corefile; it counts as empty.",
    ],
    [
      "that a line is none of hosts",
      "hosts {\nx y\n}",
      'ignored line 2: "x" is no address; the line is left out.',
    ],
    [
      "that a zone's text is not there",
      "file db",
      "zone line 1: There is no file db beside the Corefile; its zones stay as they were served last.",
    ],
    [
      "that weights are not followed",
      "loadbalance weighted w.txt",
      "ignored line 1: Weights are not followed: addresses come in a random order.",
    ],
  ])("%s", (_, lines, expected) => expect(saidOfLines(lines)).toEqual([expected]));
});

describe("refuses", () => {
  test.each<[string, string]>([
    ["kubernetes in-addr.arpa", "line 1: kubernetes has no zone but those of reverse DNS"],
    ["kubernetes\nkubernetes", "line 2: kubernetes stands in this server block a second time"],
    ["kubernetes a {\nttl 3601\n}", 'line 2: the TTL is "3601"'],
    ["kubernetes a {\npods all\n}", 'line 2: the mode of pods is "all"'],
    ["kubernetes a {\nlabels app==\nnamespaces\n}", "line 3: namespaces says no namespaces"],
    ["kubernetes a {\nlabels a=b=c\n}", 'line 2: "a=b=c" is no label selector'],
    [
      "kubernetes a {\nnamespaces x\nnamespace_labels y\n}",
      "line 1: kubernetes has both namespaces and namespace_labels",
    ],
    ["cache 0", 'line 1: the TTL is "0"'],
    ["cache {\nservfail 6m\n}", "line 2: servfail is longer than 5 minutes"],
    ["cache {\nserve_stale soon\n}", 'line 2: how long stale answers are served is "soon"'],
    ["hosts {\nttl 0\n}", 'line 2: the TTL is "0"'],
    ["forward .", "line 1: forward says no zone and resolver"],
    ["forward . 1.1.1.1 {\npolicy best\n}", 'line 2: the policy is "best"'],
    ["rewrite", "line 1: rewrite has no rule"],
    ["rewrite name a", "line 1: a rule for names takes two names"],
    ["rewrite name regex ( b", 'line 1: "(" is no regular expression (missing closing ): `(`)'],
    ["rewrite name regex (a) {2}", "line 1: {2} stands for a group that (a) does not have"],
    ["rewrite name suffix a b answer name x", "line 1: the rule for answers is not whole"],
    ["rewrite name suffix a b c", 'line 1: "c" stands behind the rule'],
    ["rewrite name like a b", 'line 1: "like" is no way to match names'],
    ["rewrite type A", "line 1: a rule for type takes two arguments"],
    ["rewrite ttl a 5-3", 'line 1: "5-3" is no TTL'],
    ["rewrite rcode a OOPS NOERROR", 'line 1: "OOPS" is no response code'],
    ["rewrite id 1 2", 'line 1: "id" is nothing that is rewritten'],
    ["template IN", "line 1: template says no class and type"],
    ["template IN X {\nrcode NXDOMAIN\n}", 'line 1: "X" is no type of records'],
    ["template IN A", "line 1: template answers nothing"],
    ['template IN A {\nanswer "{{ .Name"\n}', 'line 2: "{{ .Name" has an action without its }}'],
    [
      "template IN A {\nmatch (\nrcode NXDOMAIN\n}",
      'line 2: "(" is no regular expression (missing closing ): `(`)',
    ],
    ["acl {\npermit\n}", 'line 2: the action is "permit"'],
    ["acl {\nallow net x\n}", 'line 2: "x" is no address range'],
    ["acl {\nallow type\n}", "line 2: type says nothing"],
    ["acl {\nallow 10.0.0.0/8\n}", 'line 2: "10.0.0.0/8" begins no part of a rule'],
    ["acl {\nallow file x\n}", "line 2: there is no file x beside the Corefile"],
    ["log {\nclass some\n}", 'line 2: the class is "some"'],
    ["loadbalance best", 'line 1: the policy is "best"'],
    ["file", "line 1: file names no file"],
  ])("%j", (lines, expected) => expect(saidOfLines(lines)).toContain(`error ${expected}`));
});
