import { degree } from "../units.js";
import { mollweide } from "./mollweide.js";
import type { PlainStep } from "../chain.js";
import type { Lobe, Projection } from "./projection.js";

/** Where sinusoidal and Mollweide have parallels of one length: 40 degrees 44' 11.8". */
const seam = (40 + 44 / 60 + 11.8 / 3600) * degree;

/** Lobes: west and east border and central meridian, in degrees, as Goode cut the oceans. */
const north = columns([-180, -40, -100], [-40, 180, 30]);
const south = columns([-180, -100, -160], [-100, -20, -60], [-20, 80, 20], [80, 180, 140]);

interface Column {
  readonly west: number;
  readonly east: number;
  readonly centre: number;
}

/** Goode's homolosine, interrupted over the oceans (Snyder and Voxland 1989; PROJ `igh`), always on a sphere. */
export function goodeHomolosine(): Projection {
  const polar = mollweide();
  const one = new Float64Array(1);
  const two = new Float64Array(1);
  one[0] = 0;
  two[0] = seam;
  polar.forward(one, two, 1);
  /** Mollweide is taller at the seam by this. */
  const drop = two[0] - seam;

  const forwardIn =
    (lobeOf: (longitude: number, latitude: number) => Column | undefined): PlainStep =>
    (x, y, count) => {
      for (let i = 0; i < count; i++) {
        const latitude = y[i]!;
        const longitude = x[i]!;
        const lobe = lobeOf(longitude, latitude);
        if (!lobe) {
          x[i] = y[i] = NaN;
        } else if (Math.abs(latitude) <= seam) {
          x[i] = lobe.centre + (longitude - lobe.centre) * Math.cos(latitude);
        } else {
          one[0] = longitude - lobe.centre;
          two[0] = latitude;
          polar.forward(one, two, 1);
          x[i] = lobe.centre + one[0];
          y[i] = two[0] - Math.sign(latitude) * drop;
        }
      }
    };
  const lobe = (column: Column, southern: boolean): Lobe => ({
    west: column.west,
    south: southern ? -Math.PI / 2 : 0,
    east: column.east,
    north: southern ? 0 : Math.PI / 2,
    forward: forwardIn(() => column),
  });

  return {
    forward: forwardIn((longitude, latitude) =>
      (latitude >= 0 ? north : south).find(({ east }) => longitude <= east),
    ),
    lobes: [...north.map((column) => lobe(column, false)), ...south.map((column) => lobe(column, true))],
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const northing = y[i]!;
        const easting = x[i]!;
        const half = northing >= 0 ? north : south;
        const lobe = half.find(({ east }) => easting <= east) ?? half.at(-1)!;
        one[0] = easting - lobe.centre;
        two[0] = northing;
        if (Math.abs(northing) <= seam) {
          one[0] /= Math.cos(northing);
        } else {
          two[0] += Math.sign(northing) * drop;
          polar.inverse(one, two, 1);
        }
        const longitude = lobe.centre + one[0];
        const inside = longitude >= lobe.west - 1e-9 && longitude <= lobe.east + 1e-9;
        x[i] = inside ? Math.min(Math.PI, Math.max(-Math.PI, longitude)) : NaN;
        y[i] = inside ? two[0] : NaN;
      }
    },
  };
}

function columns(...rows: (readonly [west: number, east: number, centre: number])[]): Column[] {
  return rows.map(([west, east, centre]) => ({
    west: west * degree,
    east: east * degree,
    centre: centre * degree,
  }));
}
