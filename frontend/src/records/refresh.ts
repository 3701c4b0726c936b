import { queries } from "~/api";

/** Asks again for everything that shows records of the object; for those that are gone only where they are shown again. */
export async function refresh(object: string, gone: readonly string[] = []): Promise<void> {
  const isGone = (key: readonly unknown[]) => key[0] === "record" && gone.includes(String(key[2]));
  await Promise.all(
    ["records", "record", "trash"].flatMap((kind) => [
      queries.invalidateQueries({ queryKey: [kind, object], predicate: (one) => !isGone(one.queryKey) }),
      queries.invalidateQueries({ queryKey: [kind, object], predicate: (one) => isGone(one.queryKey), refetchType: "none" }),
    ]),
  );
}
