import { Alert, Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { m } from "~/paraglide/messages";
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
          {m.objects_misfits({ count: misfits.count })}{" "}
          {misfits.ids.map((id, at) => (
            <span key={id}>
              {at > 0 && ", "}
              <Anchor inherit renderRoot={(props) => <Link to="/o/$object/$id" params={{ object, id }} {...props} />}>
                {id.slice(-8)}
              </Anchor>
            </span>
          ))}
        </Text>
      )}
    </Alert>
  );
}
