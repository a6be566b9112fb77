import { QuadratError } from "@quadrat/core";
import type { MemoryPressure, MemoryVote, MemoryVoter } from "@quadrat/core";
import { messageOf, type MonitorFailure } from "../watch/failure.js";

/** The decision of the voters; `by` names those who wanted it, and is empty if nobody voted. */
export interface Decision {
  readonly vote: MemoryVote;
  readonly by: readonly string[];
}

/** From the strongest to the weakest. */
const votes: readonly MemoryVote[] = ["stream", "shrink", "keep"];

/** Collects votes before sizes change. The strongest vote counts; without any, sizes shrink. */
export class Ballot {
  readonly #voters = new Set<{ readonly voter: MemoryVoter; readonly name: string }>();
  readonly #report: (failure: MonitorFailure) => void;

  /** @param report called with a voter that throws or whose vote is not valid; its vote does not count */
  constructor(report: (failure: MonitorFailure) => void) {
    this.#report = report;
  }

  /** Returns a function that withdraws the voter. */
  add(voter: MemoryVoter, name: string): () => void {
    const entry = { voter, name };
    this.#voters.add(entry);
    return () => void this.#voters.delete(entry);
  }

  decide(pressure: MemoryPressure): Decision {
    const cast = [...this.#voters].flatMap(({ voter, name }) => {
      const vote = this.#ask(voter, name, pressure);
      return vote === undefined ? [] : [{ vote, name }];
    });
    const vote = votes.find((one) => cast.some((other) => other.vote === one)) ?? "shrink";
    return { vote, by: cast.filter((one) => one.vote === vote).map(({ name }) => name) };
  }

  #ask(voter: MemoryVoter, name: string, pressure: MemoryPressure): MemoryVote | undefined {
    try {
      const vote = voter(pressure);
      if (vote === undefined || votes.includes(vote)) return vote;
      throw new Error(`it voted for ${String(vote)}; allowed: ${votes.join(", ")}`);
    } catch (error) {
      this.#report({
        name,
        reason: "threw",
        error: new QuadratError(
          "plugin",
          `the vote of "${name}" on memory (${pressure.level}) failed: ${messageOf(error)}`,
          { cause: error },
        ),
        event: pressure,
      });
      return undefined;
    }
  }
}
