import { Alert, Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { navigationQuery, queries, queryRecords } from "~/api";
import { nameOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { getLocale } from "~/paraglide/runtime";
import type { Refused } from "~/setup/objects/problems";

/** What the service refused and belongs to no input, with links to records that do not fit. */
export function Refusals({ refused, object }: { refused: Refused; object: string }) {
  const { rest, misfits } = refused;
  if (rest === "" && misfits === null) return null;
  return (
    <Alert color="red" role="alert">
      {rest}
      {misfits && (
        <Text size="sm">
          {m.objects_misfits({ count: new Intl.NumberFormat(getLocale()).format(misfits.count) })} <Records object={object} ids={misfits.ids} />
        </Text>
      )}
    </Alert>
  );
}

/** Links to records, by their names if they may be read. */
function Records({ object, ids }: { object: string; ids: string[] }) {
  const names = useQuery({ queryKey: ["setup", "misfits", object, ids], queryFn: ({ signal }) => namesOf(object, ids, signal), retry: false });
  return ids.map((id, at) => (
    <span key={id}>
      {at > 0 && ", "}
      <Anchor inherit renderRoot={(props) => <Link to="/o/$object/$id" params={{ object, id }} {...props} />}>
        {names.data?.get(id) ?? id.slice(-8)}
      </Anchor>
    </span>
  ));
}

async function namesOf(object: string, ids: string[], signal: AbortSignal): Promise<Map<string, string>> {
  const { objects } = await queries.ensureQueryData(navigationQuery);
  const summary = objects.find((one) => one.name === object);
  if (!summary?.can.read || !summary.nameField) return new Map();
  const { nameField } = summary;
  const { data } = await queryRecords(object, { filter: { id: { in: ids } }, fields: ["id", "version", nameField], limit: ids.length }, signal);
  return new Map(data.map((one) => [one.id, String(one[nameField] ?? "") || nameOf(one)]));
}
