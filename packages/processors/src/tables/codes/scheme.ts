/** The centre of the cell that a code names. */
export interface CodeCentre {
  /** The CRS of x and y, such as a zone of UTM. */
  readonly crs: string;
  readonly x: number;
  readonly y: number;
}

/** A way to name cells by codes. */
export interface CodeScheme {
  readonly name: string;
  /** The CRS in which messages give the extent of its cells. */
  readonly crs: string;
  /** What its codes look like; no two schemes have the same form. */
  readonly form: RegExp;
  /** @param code without spaces around it; undefined for one that names no cell */
  centreOf(code: string): CodeCentre | undefined;
}
