import { megabytes } from "./measure.mjs";

/**
 * @typedef {{ seconds: number, cpuSeconds: number, peakBytes: number, outputBytes: number }} Turn
 * @typedef {{ name: string, run: () => Promise<Turn> }} Contestant
 * @typedef {Turn & { name: string, turns: Turn[] }} Result medians, and what they are the medians of
 */

/**
 * Runs every contestant once a turn, one after the other, so that what else the machine does meets all of them.
 * The first of them is what the others are compared with.
 * @param {readonly Contestant[]} contestants
 * @param {number} repeat
 * @returns {Promise<Result[]>}
 */
export async function interleaved(contestants, repeat) {
  const turns = contestants.map(() => []);
  for (let turn = 0; turn < repeat; turn++) {
    for (const [index, { name, run }] of contestants.entries()) {
      const { seconds, cpuSeconds, peakBytes, outputBytes } = await run();
      const result = { seconds, cpuSeconds, peakBytes, outputBytes };
      turns[index].push(result);
      process.stderr.write(
        `  ${name}, turn ${turn + 1}: ${result.seconds.toFixed(1)} s, ${megabytes(result.peakBytes)} MB\n`,
      );
    }
  }
  return contestants.map(({ name }, index) => ({
    name,
    seconds: median(turns[index], "seconds"),
    cpuSeconds: median(turns[index], "cpuSeconds"),
    peakBytes: median(turns[index], "peakBytes"),
    outputBytes: median(turns[index], "outputBytes"),
    turns: turns[index],
  }));
}

/** Lines of a table: what was measured, and each figure as a multiple of Quadrat's, which comes first. */
export function comparison(results) {
  const [first] = results;
  const ratio = (result, key) => (first[key] > 0 ? (result[key] / first[key]).toFixed(2) : "");
  return results.map((result) => ({
    program: result.name,
    seconds: result.seconds.toFixed(1),
    "x time": ratio(result, "seconds"),
    "CPU s": result.cpuSeconds.toFixed(1),
    "x CPU": ratio(result, "cpuSeconds"),
    "peak MB": megabytes(result.peakBytes),
    "x memory": ratio(result, "peakBytes"),
    "output MB": megabytes(result.outputBytes),
    "x size": ratio(result, "outputBytes"),
  }));
}

export function median(turns, key) {
  const sorted = turns.map((turn) => turn[key]).toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Of the peers, the one that does best: what a target is about. */
export function best(results, key) {
  const peers = results.slice(1);
  return peers.length === 0 ? undefined : peers.reduce((a, b) => (b[key] < a[key] ? b : a));
}
