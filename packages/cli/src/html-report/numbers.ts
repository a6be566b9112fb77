/** A number for people: six significant digits, whole numbers in full. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return grouped(value);
  const short = Number(value.toPrecision(6));
  return Math.abs(short) >= 1000 && Math.abs(short) < 1e15 ? grouped(short) : String(short).replace("-", "−");
}

function grouped(value: number): string {
  const [whole, rest] = String(Math.abs(value)).split(".");
  const text = whole!.replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0 ? "−" : ""}${text}${rest === undefined ? "" : `.${rest}`}`;
}

/** Coordinates as they are in the outputs, without separators that could be taken for a decimal comma. */
export function pointText(point: readonly number[]): string {
  return point.map((one) => String(one).replace("-", "−")).join(", ");
}

/** A coordinate without the noise of binary fractions. */
export function coordinate(value: number): number {
  return Number(value.toPrecision(12));
}

/** A share in percent: never 0 % or 100 % for what is not exactly that. */
export function percentText(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0 %";
  if (part === whole) return "100 %";
  const percent = (part / whole) * 100;
  if (percent < 0.1) return "< 0.1 %";
  return percent > 99.9 ? "> 99.9 %" : `${percent.toFixed(1)} %`;
}
