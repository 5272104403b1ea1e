import { nginx } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import { boolean } from "./values.ts";

const accessLog = nginx("enable-access-log", {
  type: "boolean",
  default: "true",
  example: `"false"`,
  text: "Whether the Ingress's requests appear in the edge's access log.",
  difference: "Failures of upstreams are logged in any case.",
  read: boolean,
});

export const logging: AnnotationGroup = {
  title: "Logging",
  annotations: [accessLog],
  read(reader) {
    return reader.read(accessLog) === false ? { filters: { silent: true } } : {};
  },
};
