/** Saving a record that others may have changed meanwhile, with the question that follows when both changed the same field. */
import { ifMatch, Problem } from "@freehold/client";
import { modals } from "@mantine/modals";
import { lazy, Suspense } from "react";

import { api, type Entry, type Field } from "~/api";
import { m } from "~/paraglide/messages";
import { compare, type Changes, type Difference } from "~/records/conflict";

const ConflictForm = lazy(() => import("~/records/record/ConflictForm"));

interface Place {
  object: string;
  id: string;
  fields: ReadonlyMap<string, Field>;
}

/**
 * Saves changes on top of the version of `before`. If somebody was faster, their values are kept unless both changed the same field: then the user
 * chooses. Raises every other problem.
 *
 * @returns whether it is settled; false if the user left the question open: nothing was saved.
 */
export async function saveRecord(place: Place, before: Entry, changes: Changes): Promise<boolean> {
  const { object, id } = place;
  const mine = plain(changes);
  try {
    await api.PATCH("/api/v1/data/{object}/{id}", { params: { path: { object, id } }, headers: ifMatch(before.version), body: mine as never });
    return true;
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 412) throw error;
    const theirs = error.body.current as Entry;
    const { clashes, safe } = compare(before, mine, theirs);
    const save = (values: Changes) => (Object.keys(values).length === 0 ? Promise.resolve(true) : saveRecord(place, theirs, values));
    return clashes.length === 0 ? save(safe) : ask(clashes, place.fields, (chosen) => save({ ...safe, ...chosen }));
  }
}

/** Mine or theirs, for each field that both have changed; resolves when the question is closed. */
function ask(clashes: Difference[], fields: ReadonlyMap<string, Field>, save: (chosen: Changes) => Promise<boolean>): Promise<boolean> {
  return new Promise((resolve) => {
    let isSettled = false;
    const choose = async (chosen: Changes) => {
      isSettled = await save(chosen);
      if (isSettled) modals.close(dialog);
    };
    const dialog = modals.open({
      title: m.conflict_title(),
      size: "lg",
      onClose: () => resolve(isSettled),
      children: (
        <Suspense>
          <ConflictForm clashes={clashes} fields={fields} onChoose={choose} />
        </Suspense>
      ),
    });
  });
}

/** Lookups as ids. */
function plain(changes: Changes): Changes {
  return Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, isRecord(value) ? value.id : value]));
}

function isRecord(value: unknown): value is { id: string } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && "id" in value;
}
