import "@mantine/core/styles/Table.css";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Radio.css";
import "@mantine/core/styles/RadioIndicator.css";

import { Alert, Button, Group, Radio, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";

import type { Field } from "~/api";
import { messageOf } from "~/app/messages";
import { textOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import type { Changes, Difference } from "~/records/conflict";
import { currentStyle } from "~/records/style";

interface Props {
  clashes: Difference[];
  fields: ReadonlyMap<string, Field>;
  /** Called with the values of mine that are kept. */
  onChoose: (chosen: Changes) => Promise<void>;
}

/** For each field that both have changed: mine or theirs. */
export default function ConflictForm({ clashes, fields, onChoose }: Props) {
  const [mine, setMine] = useState<ReadonlySet<string>>(new Set(clashes.map((one) => one.field)));
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const style = currentStyle();
  const text = (field: string, value: unknown) => textOf(value, fields.get(field) ?? { name: field, type: "text" }, style) || "–";
  const choose = (field: string, isMine: boolean) => {
    const next = new Set(mine);
    if (isMine) next.add(field);
    else next.delete(field);
    setMine(next);
  };
  const save = async () => {
    setBusy(true);
    try {
      await onChoose(Object.fromEntries(clashes.filter((one) => mine.has(one.field)).map((one) => [one.field, one.mine])));
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack>
      <Text size="sm">{m.conflict_text()}</Text>
      {error !== "" && <Alert color="red">{error}</Alert>}
      <Table>
        <Table.Tbody>
          {clashes.map((one) => (
            <Table.Tr key={one.field}>
              <Table.Th>{fields.get(one.field)?.label ?? one.field}</Table.Th>
              <Table.Td>
                <Radio label={`${m.mine()}: ${text(one.field, one.mine)}`} checked={mine.has(one.field)} onChange={() => choose(one.field, true)} />
              </Table.Td>
              <Table.Td>
                <Radio label={`${m.theirs()}: ${text(one.field, one.theirs)}`} checked={!mine.has(one.field)} onChange={() => choose(one.field, false)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Group justify="flex-end">
        <Button loading={busy} onClick={() => void save()}>
          {m.save()}
        </Button>
      </Group>
    </Stack>
  );
}
