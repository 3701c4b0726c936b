/** Deleting records, with a way back. */
import { act, tell, tellFailure } from "~/records/bulk/run";

export { refresh } from "~/records/refresh";

/** Moves records to the trash and offers to undo it. What could not be deleted is said with its reason. */
export async function deleteRecords(object: string, ids: string[]): Promise<number> {
  try {
    const outcome = await act(object, "delete", { kind: "some", ids });
    tell(object, "delete", outcome);
    return outcome.done.length;
  } catch (error) {
    tellFailure(error);
    return 0;
  }
}
