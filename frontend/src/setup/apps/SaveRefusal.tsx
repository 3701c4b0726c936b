import { Problem } from "@freehold/client";
import { Alert, Button } from "@mantine/core";

import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { Refusal } from "~/session/Refusal";
import { problemsElsewhere } from "~/setup/apps/layouts";
import { refreshApps } from "~/setup/apps/queries";

interface Props {
  refusal: unknown;
  /** The places whose problems are shown there. */
  places: readonly string[];
  onReload: () => void;
}

/** Why something was not saved, as far as it is not shown at its place. */
export function SaveRefusal({ refusal, places, onReload }: Props) {
  if (refusal === null || refusal === undefined) return null;
  if (refusal instanceof Problem && refusal.status === 412) {
    const reload = async () => {
      await refreshApps();
      onReload();
    };
    return (
      <Alert color="yellow" role="alert" title={m.setup_changed_title()}>
        {m.setup_changed_text()}{" "}
        <Button size="compact-sm" variant="light" onClick={() => void reload()}>
          {m.setup_changed_reload()}
        </Button>
      </Alert>
    );
  }
  if (!(refusal instanceof Problem) || refusal.errors.length === 0) return <Refusal text={messageOf(refusal)} />;
  const rest = problemsElsewhere(refusal.errors, places);
  return <Refusal text={rest.length > 0 ? rest.join(" ") : m.setup_see_below()} />;
}
