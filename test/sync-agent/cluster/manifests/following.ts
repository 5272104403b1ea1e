import { onTestFinished } from "vitest";
import {
  createManifestSource,
  type ManifestSourceOptions,
} from "../../../../sync-agent/cluster/manifest-source.ts";
import type { Observation } from "../../../../sync-agent/cluster/state.ts";

/** A started source, whose changes a test can wait for. */
export class Following {
  readonly options: ManifestSourceOptions;
  /** How often the source said that something changed. */
  changes = 0;
  /** How often the source asked for the time: at least once for every scan, changed or not. */
  ticks = 0;
  readonly #source;
  #wake: () => void = () => undefined;

  constructor(options: ManifestSourceOptions) {
    this.options = options;
    this.#source = createManifestSource({
      quietMillis: 5,
      settleMillis: 30,
      now: () => {
        this.ticks += 1;
        this.#wake();
        return Date.now();
      },
      ...options,
    });
    onTestFinished(() => this.close());
  }

  static async start(options: ManifestSourceOptions): Promise<Following> {
    const following = new Following(options);
    await following.start();
    return following;
  }

  start(): Promise<void> {
    return this.#source.start(() => {
      this.changes += 1;
      this.#wake();
    });
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  observe(): Observation {
    return this.#source.observe();
  }

  /** Waits, from one sign of life to the next, until something holds; the test's timeout is the limit. */
  async until(holds: (observation: Observation) => boolean): Promise<Observation> {
    for (;;) {
      const sign = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (holds(this.observe())) return this.observe();
      await sign;
    }
  }

  /** `name:port` of every Service in the state, and `!` for every warning. */
  get services(): string {
    return servicesOf(this.observe());
  }

  async untilServices(services: string): Promise<void> {
    await this.until((observation) => servicesOf(observation) === services);
  }
}

function servicesOf({ state, warnings }: Observation): string {
  const services = Array.from(
    state.Service.values(),
    ({ metadata, ports }) => `${metadata.name}:${ports[0]?.port}`,
  );
  return [...services, ...warnings.map(() => "!")].join(" ");
}
