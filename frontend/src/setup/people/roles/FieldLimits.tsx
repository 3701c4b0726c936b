import "@mantine/core/styles/Checkbox.css";
import "@mantine/core/styles/Table.css";

import { Checkbox, Select, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";

import { labelOf } from "~/fields/labels";
import { m } from "~/paraglide/messages";
import type { ObjectDefinition } from "~/setup/objects/queries";
import { ACTIONS, allows } from "~/setup/people/rights";
import type { Limit, RoleDraft } from "~/setup/people/roles/draft";
import { labelsOf, objectLabel } from "~/setup/people/words";

interface Props {
  draft: RoleDraft;
  onChange: (part: Partial<RoleDraft>) => void;
  objects: ObjectDefinition[];
  names: string[];
}

/** Which fields of an object a role may read, and which it may change. */
export function FieldLimits({ draft, onChange, objects, names }: Props) {
  const labels = labelsOf(objects);
  const usable = names.filter((name) => ACTIONS.some((action) => allows(draft.cells, name, action)) || countOf(draft, name) > 0);
  const [chosen, setChosen] = useState(() => usable.find((name) => countOf(draft, name) > 0) ?? usable[0] ?? null);
  const object = objects.find((one) => one.name === chosen);
  const limited = [...draft.limits.keys()].filter((key) => key.startsWith(`${chosen}.`)).map((key) => key.slice(`${chosen}.`.length));
  const unseen = limited.filter((name) => !object?.fields.some((one) => one.name === name));
  const rows = [
    ...(object?.fields ?? []).filter((one) => one.name !== "id" && one.name !== "version").map((one) => ({ name: one.name, label: labelOf(one), readOnly: one.readOnly })),
    ...unseen.map((name) => ({ name, label: name, readOnly: false })),
  ];
  const set = (fields: string[], limit: Limit | null) => {
    const limits = new Map(draft.limits);
    for (const one of fields) {
      if (limit === null) limits.delete(`${chosen}.${one}`);
      else limits.set(`${chosen}.${one}`, limit);
    }
    onChange({ limits });
  };
  const limitOf = (name: string) => draft.limits.get(`${chosen}.${name}`);
  const changeable = rows.filter((one) => !one.readOnly);
  const readable = rows.filter((one) => limitOf(one.name) !== "hidden");
  const writable = changeable.filter((one) => limitOf(one.name) === undefined);
  if (usable.length === 0) return <Text className="empty">{m.role_fields_none()}</Text>;
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {m.role_fields_text()}
      </Text>
      <Select
        label={m.role_object()}
        maw={360}
        searchable
        allowDeselect={false}
        data={usable.map((name) => ({ value: name, label: countOf(draft, name) > 0 ? m.role_object_count({ object: objectLabel(labels, name), count: countOf(draft, name) }) : objectLabel(labels, name) }))}
        value={chosen}
        onChange={setChosen}
      />
      {rows.length === 0 && <Text size="sm">{m.role_fields_unseen()}</Text>}
      {rows.length > 0 && (
        <Table.ScrollContainer minWidth={0} type="native">
          <Table className="role-grid start" verticalSpacing={6} stickyHeader maw={640}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{m.field()}</Table.Th>
                <Table.Th>
                  <Checkbox
                    label={m.role_field_read()}
                    aria-label={m.role_fields_read_all()}
                    checked={readable.length === rows.length}
                    indeterminate={readable.length > 0 && readable.length < rows.length}
                    onChange={(event) => (event.currentTarget.checked ? set(rows.filter((one) => limitOf(one.name) === "hidden").map((one) => one.name), null) : set(rows.map((one) => one.name), "hidden"))}
                  />
                </Table.Th>
                <Table.Th>
                  <Checkbox
                    label={m.role_field_change()}
                    aria-label={m.role_fields_change_all()}
                    checked={changeable.length > 0 && writable.length === changeable.length}
                    indeterminate={writable.length > 0 && writable.length < changeable.length}
                    onChange={(event) => (event.currentTarget.checked ? set(changeable.map((one) => one.name), null) : set(writable.map((one) => one.name), "readOnly"))}
                  />
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((one) => (
                <Table.Tr key={one.name}>
                  <Table.Th scope="row" fw={400} style={{ overflowWrap: "anywhere" }}>
                    {one.label}
                  </Table.Th>
                  <Table.Td>
                    <Checkbox aria-label={m.role_cell({ object: one.label, action: m.role_field_read() })} checked={limitOf(one.name) !== "hidden"} onChange={(event) => set([one.name], event.currentTarget.checked ? (one.readOnly ? null : "readOnly") : "hidden")} />
                  </Table.Td>
                  <Table.Td>
                    {one.readOnly ? (
                      <Text size="xs" c="dimmed">
                        {m.role_field_system()}
                      </Text>
                    ) : (
                      <Checkbox aria-label={m.role_cell({ object: one.label, action: m.role_field_change() })} checked={limitOf(one.name) === undefined} onChange={(event) => set([one.name], event.currentTarget.checked ? null : "readOnly")} />
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}

function countOf(draft: RoleDraft, object: string): number {
  return [...draft.limits.keys()].filter((key) => key.startsWith(`${object}.`)).length;
}
