import type { CodeScheme } from "./scheme.js";

const form = /^([EW])(\d{3})([NS])(\d{2})([A-D]{0,24})$/i;

/**
 * The extended quarter degree grid (R. Larsen et al., "The quarter degree grid cell system", 2009): a degree square by its
 * corner nearest to 0, 0, then a letter for each halving: A north-west, B north-east, C south-west, D south-east, in every
 * hemisphere. West of Greenwich and south of the equator the first squares are W000 and S00.
 */
export const eqdgc: CodeScheme = {
  name: "extended quarter degree grid",
  crs: "EPSG:4326",
  form,
  centreOf(code) {
    const found = form.exec(code);
    if (!found) return undefined;
    const [degreesX, degreesY] = [Number(found[2]), Number(found[4])];
    if (degreesX > 179 || degreesY > 89) return undefined;
    let size = 1;
    let west = found[1]!.toUpperCase() === "W" ? -degreesX - 1 : degreesX;
    let south = found[3]!.toUpperCase() === "S" ? -degreesY - 1 : degreesY;
    for (const letter of found[5]!.toUpperCase()) {
      size /= 2;
      if (letter === "B" || letter === "D") west += size;
      if (letter === "A" || letter === "B") south += size;
    }
    return { crs: eqdgc.crs, x: west + size / 2, y: south + size / 2 };
  },
};
