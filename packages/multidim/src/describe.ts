import { openContainer } from "./container.js";
import { shownName, type AttributeValue } from "./model.js";

export interface VariableDescription {
  /** With its groups, as `variable` of `openArrays` takes it. */
  readonly name: string;
  /** Names of its dimensions; undefined if it has none that others share. */
  readonly dimensions: readonly string[] | undefined;
  readonly shape: readonly number[];
  /** The stored type in words. */
  readonly type: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** What a file consists of, without reading its values. */
export interface ArraysDescription {
  /** NetCDF 3, NetCDF 4, HDF5 or Zarr. */
  readonly format: string;
  readonly variables: readonly VariableDescription[];
}

/**
 * Describes a NetCDF, HDF5 or Zarr file.
 * @throws QuadratError of kind "input" if it is damaged, or of another format
 */
export async function describeArrays(path: string): Promise<ArraysDescription> {
  const container = await openContainer(path);
  try {
    const variables = container.variables.map(
      ({ path, dimensions, shape, typeName, attributes }): VariableDescription => ({
        name: shownName(path),
        dimensions: dimensions?.map(({ name }) => name),
        shape,
        type: typeName,
        attributes: Object.fromEntries(attributes),
      }),
    );
    return { format: container.format, variables };
  } finally {
    await container.close();
  }
}
