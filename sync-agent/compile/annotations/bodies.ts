import { nginx } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import { size } from "./values.ts";

/** ingress-nginx's default of `proxy-body-size`. */
const NGINX_DEFAULT = 1024 * 1024;

const CLOUDFLARE_LIMIT = 100 * 1024 * 1024;

const bodySize = nginx("proxy-body-size", {
  type: "size",
  default: "1m for an adopted class (`nginx`), none for class `lintel`",
  example: "8m",
  text: "The largest request body that is accepted; larger ones are answered with 413, also when they turn out so while they stream. 0 means no limit.",
  difference: "Cloudflare has a limit of its own, 100 MB on most plans.",
  differsFor: (text) => size(text) === 0 || size(text) > CLOUDFLARE_LIMIT,
  read: size,
});

export const bodies: AnnotationGroup = {
  title: "Request bodies",
  annotations: [bodySize],
  read(reader, { defaults }) {
    const most = reader.read(bodySize) ?? (defaults === "nginx" ? NGINX_DEFAULT : 0);
    return most === 0 ? {} : { filters: { maxBody: most } };
  },
};
