/** The requests for zones and certificates as Cloudflare's SDK types them; anything else is refused. */
import * as z from "zod";

const pageQuery = {
  page: z
    .string()
    .regex(/^[1-9]\d*$/)
    .optional(),
  per_page: z
    .string()
    .regex(/^\d+$/)
    .refine((text) => Number(text) >= 5 && Number(text) <= 50)
    .optional(),
};
const nothing = z.undefined();
const pem = (label: string) =>
  z.string().regex(new RegExp(`^-----BEGIN ${label}-----\n[A-Za-z0-9+/=\n]+-----END ${label}-----\n$`));

const pair = { certificate: pem("CERTIFICATE"), private_key: pem("PRIVATE KEY") };

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly query: z.ZodType;
  readonly body: z.ZodType;
}

const zone = "/client/v4/zones/([0-9a-z-]{1,32})";

export const ROUTES = {
  listZones: {
    method: "GET",
    path: /^\/client\/v4\/zones$/,
    query: z.strictObject({ ...pageQuery, "account.id": z.string().min(1).optional() }),
    body: nothing,
  },
  getZone: { method: "GET", path: new RegExp(`^${zone}$`), query: z.strictObject({}), body: nothing },
  listPacks: {
    method: "GET",
    path: new RegExp(`^${zone}/ssl/certificate_packs$`),
    query: z.strictObject({ ...pageQuery, status: z.literal("all").optional() }),
    body: nothing,
  },
  listCustom: {
    method: "GET",
    path: new RegExp(`^${zone}/custom_certificates$`),
    query: z.strictObject(pageQuery),
    body: nothing,
  },
  createCustom: {
    method: "POST",
    path: new RegExp(`^${zone}/custom_certificates$`),
    query: z.strictObject({}),
    body: z.strictObject({ ...pair, type: z.enum(["sni_custom", "legacy_custom"]).optional() }),
  },
  editCustom: {
    method: "PATCH",
    path: new RegExp(`^${zone}/custom_certificates/([0-9a-z-]{1,36})$`),
    query: z.strictObject({}),
    body: z.strictObject(pair),
  },
  deleteCustom: {
    method: "DELETE",
    path: new RegExp(`^${zone}/custom_certificates/([0-9a-z-]{1,36})$`),
    query: z.strictObject({}),
    body: nothing,
  },
} as const satisfies Record<string, Route>;

export type Operation = keyof typeof ROUTES;
export const OPERATIONS = Object.keys(ROUTES) as Operation[];

export const uploadSchema = z.object(pair);
