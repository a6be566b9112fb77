import { CopiedRecords } from "./copied-records.js";
import type { Recorder, Recording } from "./recorder.js";
import { canReadAgain, ReferredRecords } from "./referred-records.js";

/** @param lasts whether the tables are for users; otherwise only the pieces are needed */
export async function openRecorder(recording: Recording, lasts: boolean): Promise<Recorder> {
  const refers = lasts && (await canReadAgain(recording));
  return refers ? new ReferredRecords(recording) : new CopiedRecords(recording);
}
