import { globeOf, type Crs } from "@quadrat/crs";

const degree = Math.PI / 180;

/** The longitudes and latitudes of cell centres in degrees, on the datum of the grid's system; NaN where there is none. */
export interface CentrePlaces {
  readonly longitudes: Float64Array;
  readonly latitudes: Float64Array;
}

/** Finds the places of centres. */
export type PlaceCentres = (xs: Float64Array, ys: Float64Array) => CentrePlaces;

export function placeCentres(crs: Crs): PlaceCentres {
  const { unitFactor, primeMeridian, projection } = crs.definition;
  // Coordinates in degrees from Greenwich are what they are, to the last bit.
  const isPlain =
    projection === "longlat" && primeMeridian === 0 && Math.abs(unitFactor / degree - 1) < 1e-12;
  const { places } = globeOf(crs);
  return (xs, ys) => {
    const [longitudes, latitudes] = [xs.slice(), ys.slice()];
    if (!isPlain) {
      places(longitudes, latitudes);
      for (let i = 0; i < xs.length; i++) {
        longitudes[i]! /= degree;
        latitudes[i]! /= degree;
      }
    }
    for (let i = 0; i < xs.length; i++) {
      const [longitude, latitude] = [longitudes[i]!, latitudes[i]!];
      if (Number.isFinite(longitude) && Math.abs(latitude) <= 90) {
        if (Math.abs(longitude) > 180) longitudes[i] = longitude - 360 * Math.round(longitude / 360);
      } else longitudes[i] = latitudes[i] = NaN;
    }
    return { longitudes, latitudes };
  };
}
