import type { CodeScheme } from "./scheme.js";

/** `10kmE432N321`, or as Eurostat writes it `10kmN321E432`; W and S lie on the other side of the origin. */
const short = /^(\d{1,7})(k?m)(?:([EW])(\d{1,8})([NS])(\d{1,8})|([NS])(\d{1,8})([EW])(\d{1,8}))$/i;

/** INSPIRE's `CRS3035RES10000mN3210000E4320000`, all in metres. */
const long = /^CRS3035RES(\d{1,7})mN(\d{1,8})E(\d{1,8})$/i;

/**
 * The reference grid of the European Environment Agency: squares in EPSG:3035, named by their size and by their
 * south-west corner, divided by 10 to the number of zeros at the end of the size in metres (EEA, "About the EEA reference
 * grid"; INSPIRE, "Data specification on geographical grid systems").
 */
export const eea: CodeScheme = {
  name: "EEA reference grid",
  crs: "EPSG:3035",
  form: new RegExp(`${short.source}|${long.source}`, "i"),
  centreOf(code) {
    const inspire = long.exec(code);
    if (inspire) {
      const [size, north, east] = inspire.slice(1).map(Number) as [number, number, number];
      return centre(size, east, 1, north, 1, 1);
    }
    const found = short.exec(code);
    if (!found) return undefined;
    const size = Number(found[1]) * (found[2]!.length === 2 ? 1000 : 1);
    const divisor = 10 ** /0*$/.exec(String(size))![0].length;
    const [h, x, v, y] = found[3] === undefined ? [9, 10, 7, 8] : [3, 4, 5, 6];
    const signOf = (letter: string): 1 | -1 => (/[WS]/i.test(letter) ? -1 : 1);
    return centre(
      size,
      Number(found[x]) * divisor,
      signOf(found[h]!),
      Number(found[y]) * divisor,
      signOf(found[v]!),
      divisor,
    );
  },
};

/** The centre of a square, if its corner is one of squares of that size. */
function centre(size: number, x: number, signX: 1 | -1, y: number, signY: 1 | -1, divisor: number) {
  if (size === 0 || size > 1_000_000 || divisor > size || x % size !== 0 || y % size !== 0) return undefined;
  return { crs: eea.crs, x: signX * (x + size / 2), y: signY * (y + size / 2) };
}
