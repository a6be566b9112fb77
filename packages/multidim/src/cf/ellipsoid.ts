import { numberOf, numbersOf, textOf, type Attributes } from "../model.js";

const wgs84 = { a: 6378137, rf: 298.257223563 };

/** The shape of the Earth of a grid mapping as the keys of a PROJ string; WGS 84 if it does not say. */
export function earthKeys(attributes: Attributes): string {
  const radius = numberOf(attributes, "earth_radius");
  const a = numberOf(attributes, "semi_major_axis");
  const b = numberOf(attributes, "semi_minor_axis");
  const rf = numberOf(attributes, "inverse_flattening");
  const meridian = numberOf(attributes, "longitude_of_prime_meridian") ?? 0;
  return [
    shape(attributes, radius, a, b, rf),
    ...shift(attributes),
    ...(meridian === 0 ? [] : [`+pm=${meridian}`]),
  ]
    .join(" ")
    .trim();
}

function shape(attributes: Attributes, radius?: number, a?: number, b?: number, rf?: number): string {
  if (a === undefined) return radius === undefined ? "+datum=WGS84" : `+R=${radius}`;
  if (rf === 0 || b === a || (rf === undefined && b === undefined)) return `+R=${a}`;
  const flattening = rf ?? a / (a - b!);
  const isWgs84 = Math.abs(a - wgs84.a) < 1e-3 && Math.abs(flattening - wgs84.rf) < 1e-6;
  if (
    isWgs84 &&
    !numbersOf(attributes, "towgs84") &&
    isWgs84Name(textOf(attributes, "horizontal_datum_name"))
  )
    return "+datum=WGS84";
  return `+a=${a} +rf=${flattening}`;
}

function isWgs84Name(name: string | undefined): boolean {
  return name === undefined || /wgs[\s_]*(19)?84|world[\s_]geodetic/i.test(name);
}

function shift(attributes: Attributes): string[] {
  const values = numbersOf(attributes, "towgs84");
  return values && (values.length === 3 || values.length === 7) ? [`+towgs84=${values.join(",")}`] : [];
}
