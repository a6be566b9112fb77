import { groupOf, type Container, type Dimension, type Variable } from "../model.js";

/** The variable of a name or path as seen from a group: there, or in the nearest group outwards. */
export function lookUp(
  { variables }: Pick<Container, "variables">,
  group: string,
  name: string,
): Variable | undefined {
  if (name.startsWith("/")) return variables.find(({ path }) => path === name.slice(1));
  for (let at = group; ; at = groupOf(at)) {
    const path = at === "" ? name : `${at}/${name}`;
    const found = variables.find((variable) => variable.path === path);
    if (found || at === "") return found;
  }
}

/** The names in an attribute that lists variables. */
export function namesIn(attribute: unknown): string[] {
  return typeof attribute === "string" ? attribute.split(/\s+/).filter((name) => name !== "") : [];
}

/** The variable with the coordinates of a dimension: of its name, else one that `coordinates` names. */
export function coordinatesOf(
  container: Pick<Container, "variables">,
  variable: Variable,
  dimension: Dimension,
): Variable | undefined {
  const group = groupOf(variable.path);
  const own = lookUp(container, group, dimension.name) ?? lookUp(container, group, `/${dimension.path}`);
  if (own && isAlong(own, dimension)) return own;
  for (const name of namesIn(variable.attributes.get("coordinates"))) {
    const other = lookUp(container, group, name);
    if (other && isAlong(other, dimension)) return other;
  }
  return undefined;
}

/** Whether a variable has a number for each value of a dimension, and no other dimension. */
function isAlong({ dimensions, type }: Variable, { path }: Dimension): boolean {
  return type !== undefined && dimensions?.length === 1 && dimensions[0]!.path === path;
}
