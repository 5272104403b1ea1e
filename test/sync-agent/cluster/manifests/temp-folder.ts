import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that lives as long as its test, and what people and programs do to files in it. */
export class TempFolder {
  readonly path: string;

  /** @param path an existing folder, to be had in this way. */
  constructor(path = mkdtempSync(join(tmpdir(), "lintel-manifests-"))) {
    this.path = path;
    onTestFinished(() => rmSync(this.path, { recursive: true, force: true }));
  }

  at(name: string): string {
    return join(this.path, name);
  }

  /** Truncates and writes in place, as `>` of a shell does. */
  write(name: string, text: string | Uint8Array): this {
    mkdirSync(dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), text);
    return this;
  }

  /** Writes beside, and moves over, as careful programs do. */
  replace(name: string, text: string): this {
    this.write(`${name}.new`, text);
    return this.move(`${name}.new`, name);
  }

  move(from: string, to: string): this {
    renameSync(this.at(from), this.at(to));
    return this;
  }

  remove(name: string): this {
    rmSync(this.at(name), { recursive: true });
    return this;
  }

  folder(name: string): this {
    mkdirSync(this.at(name), { recursive: true });
    return this;
  }

  /** A link made beside and moved over, so that it turns from one target to the other at once. */
  link(target: string, name: string): this {
    symlinkSync(target, this.at(`${name}.new`));
    return this.move(`${name}.new`, name);
  }
}
