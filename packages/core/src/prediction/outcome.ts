import type { PastRun, Quantities } from "./experience.js";
import { quantitiesOf, type Prediction } from "./predict.js";

/** The error of an estimate. */
export interface PredictedAndActual {
  readonly predicted: number;
  readonly actual: number;
  /** `predicted / actual - 1`: 0.1 is a tenth too much; null if the actual value is 0. */
  readonly error: number | null;
}

/** A run's estimate compared with what happened; part of the report. */
export interface PredictionOutcome {
  readonly rows: PredictedAndActual;
  readonly peak_rss_bytes: PredictedAndActual;
  /** The store's file and the exported ones. */
  readonly disk_bytes: PredictedAndActual;
  readonly seconds: PredictedAndActual;
  /** The number of earlier runs that had corrected the estimate. */
  readonly runs: number;
}

export function outcomeOf(prediction: Prediction, actual: Quantities): PredictionOutcome {
  const predicted = quantitiesOf(prediction.demand);
  const disk = ({ store_bytes, output_bytes }: Quantities): number => store_bytes + output_bytes;
  return {
    rows: compare(predicted.rows, actual.rows),
    peak_rss_bytes: compare(predicted.peak_rss_bytes, actual.peak_rss_bytes),
    disk_bytes: compare(disk(predicted), disk(actual)),
    seconds: compare(predicted.seconds, actual.seconds),
    runs: prediction.runs,
  };
}

/** Raised when estimates change by more than a little. */
const model = 3;

/** A run in the form in which it is remembered. */
export function pastRunOf(prediction: Prediction, actual: Quantities, version: string, time: Date): PastRun {
  return {
    time: time.toISOString(),
    version,
    model,
    features: prediction.features,
    estimated: quantitiesOf(prediction.estimated),
    predicted: quantitiesOf(prediction.demand),
    actual,
  };
}

function compare(predicted: number, actual: number): PredictedAndActual {
  return { predicted, actual, error: actual > 0 ? predicted / actual - 1 : null };
}
