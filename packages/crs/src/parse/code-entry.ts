/** What @esri/proj-codes knows of a coordinate system of EPSG or Esri. */
export interface CodeEntry {
  readonly wkid: number;
  readonly description: string;
  readonly wkt: string;
  readonly authority: string;
  readonly extent?: readonly {
    readonly areaname: string;
    readonly slat: number;
    readonly nlat: number;
    readonly llon: number;
    readonly rlon: number;
  }[];
}
