import type { CodeCentre, CodeScheme } from "./scheme.js";

const zoned = /^(\d{1,2})([A-Z])([A-Z])([A-Z])(\d*)$/i;
const polar = /^([ABYZ])([A-Z])([A-Z])(\d*)$/i;

/** Metres: the squares that two letters name. */
const square = 100_000;
/** Digits for each of easting and northing: a metre. */
const mostDigits = 5;

const bands = "CDEFGHJKLMNPQRSTUVWX";
/** Letters of columns from easting 100 km, by the zone. */
const zoneColumns = ["ABCDEFGH", "JKLMNPQR", "STUVWXYZ"] as const;
/** Letters of rows, which repeat after 2000 km; those of even zones begin 500 km further on. */
const zoneRows = "ABCDEFGHJKLMNPQRSTUV";
const evenShift = 5;

/** The first and last rows of squares from the equator that a band of latitude and one like it in the south touch. */
const rowsOfBand: readonly (readonly [from: number, to: number])[] = [
  [0, 8],
  [8, 17],
  [17, 26],
  [26, 35],
  [35, 44],
  [44, 53],
  [53, 62],
  [62, 70],
  [71, 79],
  [80, 94],
];
/** The last row of the southernmost band, which ends at 80 degrees south. */
const lastInSouth = 89;

/**
 * Squares in the rows that the borders at 64 and 72 degrees cross, where only columns near to or far from the central
 * meridian reach into a band: by row, band, and the least and greatest number of columns from the edge of the zone.
 */
const besides: readonly (readonly [row: number, band: number, from: number, to: number])[] = [
  [70, 8, 2, 3],
  [71, 7, 0, 2],
  [79, 9, 1, 3],
  [80, 8, 0, 1],
];

/** Letters of columns and rows around the poles, and the first of them in units of squares. */
const polarSquares: Readonly<
  Record<string, { columns: string; firstColumn: number; rows: string; firstRow: number }>
> = {
  A: { columns: "JKLPQRSTUXYZ", firstColumn: 8, rows: "ABCDEFGHJKLMNPQRSTUVWXYZ", firstRow: 8 },
  B: { columns: "ABCFGHJKLPQR", firstColumn: 20, rows: "ABCDEFGHJKLMNPQRSTUVWXYZ", firstRow: 8 },
  Y: { columns: "RSTUXYZ", firstColumn: 13, rows: "ABCDEFGHJKLMNP", firstRow: 13 },
  Z: { columns: "ABCFGHJ", firstColumn: 20, rows: "ABCDEFGHJKLMNP", firstRow: 13 },
};

/**
 * The military grid reference system (NGA.STND.0037): squares in the zones of UTM, in those of UPS around the poles, on
 * WGS 84. As in C. Karney's GeographicLib, a square must touch the band of latitude that is part of its name; zones are
 * those that are written, so that the wider ones of Norway and Svalbard need no rule of their own.
 */
export const mgrs: CodeScheme = {
  name: "MGRS",
  crs: "EPSG:4326",
  form: new RegExp(`${zoned.source}|${polar.source}`, "i"),
  centreOf(code) {
    const text = code.toUpperCase();
    const inZone = zoned.exec(text);
    if (inZone) return inUtm(Number(inZone[1]), inZone[2]!, inZone[3]!, inZone[4]!, inZone[5]!);
    const atPole = polar.exec(text);
    return atPole ? inUps(atPole[1]!, atPole[2]!, atPole[3]!, atPole[4]!) : undefined;
  },
};

function inUtm(zone: number, bandLetter: string, columnLetter: string, rowLetter: string, digits: string) {
  if (zone < 1 || zone > 60) return undefined;
  const band = bands.indexOf(bandLetter);
  const column = zoneColumns[(zone - 1) % 3]!.indexOf(columnLetter);
  const letter = zoneRows.indexOf(rowLetter);
  if (band < 0 || column < 0 || letter < 0) return undefined;
  const isNorth = band >= bands.length / 2;
  // Bands and rows count from the equator in both directions; the row of the square south of it is 0 too.
  const fromEquator = isNorth ? band - bands.length / 2 : bands.length / 2 - 1 - band;
  const period = zoneRows.length;
  const repeated = (letter + period - (zone % 2 === 0 ? evenShift : 0)) % period;
  const first = isNorth ? repeated : period - 1 - repeated;
  const [from, to] = rowsOfBand[fromEquator]!;
  const last = !isNorth && fromEquator === rowsOfBand.length - 1 ? lastInSouth : to;
  const row = rowIn(first, period, from, last, fromEquator, column);
  if (row === undefined) return undefined;
  const within = withinSquare(digits);
  const rowFromOrigin = isNorth ? row : 99 - row;
  return (
    within && {
      crs: `EPSG:${(isNorth ? 32600 : 32700) + zone}`,
      x: (column + 1) * square + within.x,
      y: rowFromOrigin * square + within.y,
    }
  );
}

/** The row with a letter in a band, or beside it where the border crosses the square. */
function rowIn(
  first: number,
  period: number,
  from: number,
  to: number,
  band: number,
  column: number,
): number | undefined {
  for (let row = first; row <= to + 1; row += period) {
    if (row >= from && row <= to) return row;
    const fromEdge = Math.min(column, 7 - column);
    const isBeside = besides.some(
      ([at, of, least, greatest]) => at === row && of === band && fromEdge >= least && fromEdge <= greatest,
    );
    if (isBeside) return row;
  }
  return undefined;
}

function inUps(
  zone: string,
  columnLetter: string,
  rowLetter: string,
  digits: string,
): CodeCentre | undefined {
  const { columns, firstColumn, rows, firstRow } = polarSquares[zone]!;
  const [column, row] = [columns.indexOf(columnLetter), rows.indexOf(rowLetter)];
  const within = withinSquare(digits);
  if (column < 0 || row < 0 || !within) return undefined;
  return {
    crs: zone < "M" ? "EPSG:32761" : "EPSG:32661",
    x: (firstColumn + column) * square + within.x,
    y: (firstRow + row) * square + within.y,
  };
}

/** The centre of the part of a square that digits name, from the square's corner; undefined for an odd number of them. */
function withinSquare(digits: string): { x: number; y: number } | undefined {
  const count = digits.length / 2;
  if (!Number.isInteger(count) || count > mostDigits) return undefined;
  const size = square / 10 ** count;
  const place = (text: string): number => Number(text) * size + size / 2;
  return { x: place(digits.slice(0, count)), y: place(digits.slice(count)) };
}
