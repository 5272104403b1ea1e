import { expect, test } from "vitest";
import { decodeRoot } from "../../../contract/index.ts";
import { encodeRecords } from "../../../sync-agent/publish/encode.ts";
import { type Plan, planPublication } from "../../../sync-agent/publish/plan.ts";
import { signPlan } from "../../../sync-agent/publish/sign.ts";
import { newKeys } from "./support/keys.ts";
import { recordsOf, SETTINGS } from "./support/snapshots.ts";

const keys = await newKeys();
const others = await newKeys();

async function planOf(records = recordsOf({ "a.example": "a" }), settings = SETTINGS): Promise<Plan> {
  const sections = await encodeRecords(records);
  const target = { cluster: "default", sections, settings, time: 1 };
  const base = { latest: undefined, stored: undefined, floor: { generation: 0, time: 0 } };
  const plan = planPublication(base, target);
  if (plan === "unchanged") throw new Error("expected a plan");
  return plan;
}

test("the signed text reads back as the root that was planned", async () => {
  const plan = await planOf();
  const signed = await signPlan(plan, keys);
  expect(signed.root).toEqual(plan.root);
  expect(await decodeRoot(signed.text, keys.verifier)).toEqual(plan.root);
});

test("a signing key that does not belong to the public key is found out", async () => {
  const mixed = { signer: others.signer, verifier: keys.verifier };
  await expect(signPlan(await planOf(), mixed)).rejects.toMatchObject({
    name: "PublishError",
    reason: "keys",
  });
});

test("a record that the edge could not read is not published, and named", async () => {
  const records = recordsOf({ "Not A Host": "a" });
  await expect(signPlan(await planOf(records), keys)).rejects.toMatchObject({
    reason: "contract",
    message: expect.stringMatching(/shard hosts.*Not A Host/) as string,
  });
});

test("settings that the edge could not read are not published", async () => {
  const settings = { dns: { ...SETTINGS.dns, domain: "A" } };
  await expect(signPlan(await planOf(undefined, settings), keys)).rejects.toMatchObject({
    reason: "contract",
  });
});
