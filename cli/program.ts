import { Command, CommanderError } from "commander";
import { EXIT, UsageError } from "./exit.ts";
import { explain } from "./explain.ts";

/**
 * Runs one command line, without the program's own name.
 *
 * @returns the exit code (exit.ts).
 */
export async function runProgram(args: readonly string[], commands: readonly Command[]): Promise<number> {
  const program = new Command("lintel")
    .description("Kubernetes ingress and cluster DNS, served from the edge.")
    .addHelpText("after", "\nEvery flag is an environment variable too: --http is LINTEL_HTTP.")
    .showHelpAfterError("(`--help` lists the flags)");
  for (const command of commands) {
    for (const inner of command.commands) inner.copyInheritedSettings(program);
    program.addCommand(command.copyInheritedSettings(program));
  }
  const inners = program.commands.flatMap((command) => command.commands);
  for (const command of [program, ...program.commands, ...inners]) command.exitOverride();
  try {
    await program.parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    // Commander has said what is wrong; help that was asked for is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const problem = await explain(error);
    if (problem === undefined) throw error;
    process.stderr.write(`lintel: ${problem}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}
