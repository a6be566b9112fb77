import { fault } from "../fault.js";
import { numbersOf, signature, type Variable } from "../model.js";

/** How many numbers attributes have that say what stored values mean. */
const lengths: Readonly<Record<string, number>> = {
  scale_factor: 1,
  add_offset: 1,
  valid_min: 1,
  valid_max: 1,
  valid_range: 2,
};

/** @throws QuadratError of kind "input" that names the first attribute with more numbers than it has by CF, or fewer */
export function checkAttributeLengths(path: string, variable: Variable): void {
  for (const [name, wanted] of Object.entries(lengths)) {
    const found = numbersOf(variable.attributes, name);
    if (found === undefined || found.length === wanted) continue;
    const numbers = (count: number): string => `${count} ${count === 1 ? "number" : "numbers"}`;
    throw fault(
      path,
      `the attribute ${name} of ${signature(variable)} has ${numbers(found.length)} instead of ${wanted}`,
      { hint: `correct it in a copy of the file: CF gives ${name} ${numbers(wanted)}` },
    );
  }
}
