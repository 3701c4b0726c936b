import "@mantine/core/styles/List.css";
import "~/setup/setup.css";

import { Alert, Button, Group, List } from "@mantine/core";

import { m } from "~/paraglide/messages";

type Values = Record<string, unknown>;

interface Props {
  /** The values on which my changes were made, and those that are stored now. */
  before: Values;
  now: Values;
  label: (name: string) => string;
  text: (name: string, value: unknown) => string;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
}

/** After a 412: what somebody else has changed. My changes stay in the form, on top of theirs. */
export function ChangedMeanwhile({ before, now, label, text, onKeepMine, onTakeTheirs }: Props) {
  const names = Object.keys(now).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  return (
    <Alert className="readable" color="yellow" role="alert" title={m.setup_frame_changed_title()}>
      {names.length > 0 && (
        <List size="sm" mb="xs">
          {names.map((name) => (
            <List.Item key={name}>{m.setup_frame_changed_value({ name: label(name), before: text(name, before[name]), now: text(name, now[name]) })}</List.Item>
          ))}
        </List>
      )}
      {m.setup_frame_changed_text()}
      <Group gap="xs" mt="sm">
        <Button size="xs" onClick={onKeepMine}>
          {m.setup_frame_keep_mine()}
        </Button>
        <Button size="xs" variant="default" onClick={onTakeTheirs}>
          {m.setup_frame_take_theirs()}
        </Button>
      </Group>
    </Alert>
  );
}
