import { spawn } from "node:child_process";
import { QuadratError } from "@quadrat/core";

/** The program that opens a file in what the user has chosen for its kind. */
function opener(file: string): readonly [program: string, ...args: string[]] {
  if (process.platform === "darwin") return ["open", file];
  if (process.platform === "win32") return ["explorer.exe", file];
  return ["xdg-open", file];
}

/**
 * Opens a page in the browser. This is the one place from which Quadrat starts a program, and only on request: the system's
 * own opener, without a shell.
 * @throws QuadratError of kind "output" if there is none
 */
export async function openInBrowser(file: string): Promise<void> {
  const [program, ...args] = opener(file);
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, { detached: true, stdio: "ignore" });
    child.once("error", (cause) =>
      reject(
        new QuadratError("output", `can't open the page: ${program} can't be started`, {
          cause,
          hint: `open ${file} in a browser`,
        }),
      ),
    );
    child.once("spawn", () => {
      child.unref();
      resolve();
    });
  });
}
