import { queries } from "~/api";

/** Asks again for everything that shows records of the object. */
export async function refresh(object: string): Promise<void> {
  await Promise.all(["records", "record", "trash"].map((kind) => queries.invalidateQueries({ queryKey: [kind, object] })));
}
