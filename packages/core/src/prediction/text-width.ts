import type { ResamplingMethod } from "../config/types.js";
import type { ColumnType, DataType } from "../raster/raster.js";

/** Methods that choose one of the source's values; all others compute new ones, with as many digits as the type holds. */
const choosing: ReadonlySet<string> = new Set<ResamplingMethod>([
  "near",
  "mode",
  "min",
  "max",
  "med",
  "q1",
  "q3",
]);

/** Beyond this many decimals DuckDB's ALP compression stores floating-point numbers nearly unchanged. */
const shortDecimals = 6;

/** Characters of a text that is not known yet; the store has each text once. */
const assumedCharacters = 12;

/** The widths of a column's values. */
export interface ValueWidth {
  /** Characters of a value in a CSV, without its comma. */
  readonly characters: number;
  /** Bytes of a value in the store, compressed. */
  readonly storedBytes: number;
  /** Whether they are floating-point numbers of which hardly any occurs twice, and which can't be packed. */
  readonly noise: boolean;
}

/**
 * Conditions under which a column counts as noise: the minimum number of values sampled, the fraction of them that occurs
 * only once, the fraction that would have to be packed (ALP stores the others unchanged), and the fraction of their bits that
 * packing would leave.
 */
const noisy = { values: 64, distinct: 0.95, packed: 0.95, bits: 0.8 };

/** The shortest decimal that reads back to the same value of the type. */
export function decimalText(value: number, type: DataType): string {
  if (type !== "float32") return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** The widths of a column that a method makes from these values of the source. */
export function measureWidth(
  values: ArrayLike<number>,
  type: DataType,
  method: string,
  typeBytes: number,
): ValueWidth {
  if (values.length === 0) return assumedWidth(type, typeBytes);
  const computed = !choosing.has(method) && type.startsWith("float");
  const nudge = type === "float32" ? 1 + 1e-6 : 1 + 1e-13;
  let [characters, decimals, min, max] = [0, 0, Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const source = values[i]!;
    const value = computed && source !== 0 ? cast(source * nudge, type) : cast(source, type);
    const text = decimalText(value, type);
    characters += text.length;
    decimals = Math.max(decimals, decimalsOf(text));
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const isPacked = decimals <= shortDecimals && Number.isFinite(max - min);
  const bits = isPacked ? Math.log2((max - min) * 10 ** decimals + 1) : 8 * typeBytes;
  const storedBytes = Math.min(typeBytes, 0.25 + bits / 8);
  return { characters: characters / values.length, storedBytes, noise: isNoise(values, type, typeBytes) };
}

/** The width of the source's values, from which new values with as many digits or more are computed. */
function isNoise(values: ArrayLike<number>, type: DataType, typeBytes: number): boolean {
  const { length } = values;
  if (!type.startsWith("float") || length < noisy.values) return false;
  const sorted = Array.from(values).sort((a, b) => a - b);
  if (new Set(sorted).size < noisy.distinct * length) return false;
  const decimals = sorted.map((value) => decimalsOf(decimalText(cast(value, type), type)));
  const most = decimals.sort((a, b) => a - b)[Math.floor(noisy.packed * (length - 1))]!;
  return Math.log2((sorted.at(-1)! - sorted[0]!) * 10 ** most + 1) >= noisy.bits * 8 * typeBytes;
}

/** The widths of a column of which no value is known. */
export function assumedWidth(type: ColumnType, typeBytes: number): ValueWidth {
  if (type === "text") return { characters: assumedCharacters, storedBytes: 4, noise: false };
  const characters = { float32: 8, float64: 14 }[type as string] ?? 3;
  const storedBytes = type.startsWith("float") ? 0.9 * typeBytes : 0.5 * typeBytes;
  return { characters, storedBytes, noise: false };
}

function cast(value: number, type: DataType): number {
  if (type === "float64") return value;
  return type === "float32" ? Math.fround(value) : Math.round(value);
}

function decimalsOf(text: string): number {
  if (text.includes("e")) return Infinity;
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}
