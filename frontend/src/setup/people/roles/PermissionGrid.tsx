import "@mantine/core/styles/Checkbox.css";
import "@mantine/core/styles/Table.css";

import { Checkbox, Stack, Table, Text, Title } from "@mantine/core";

import { m } from "~/paraglide/messages";
import type { ObjectDefinition } from "~/setup/objects/queries";
import { ACTIONS, ANY, stateOf, withCells, type Action } from "~/setup/people/rights";
import type { RoleDraft } from "~/setup/people/roles/draft";
import { ACTION_WORDS, labelsOf, objectLabel, systemLabel, systemText } from "~/setup/people/words";

interface Props {
  draft: RoleDraft;
  onChange: (part: Partial<RoleDraft>) => void;
  objects: ObjectDefinition[];
  /** All objects that permissions can be for. */
  names: string[];
  permissions: { name: string; description: string; system: boolean }[];
}

/** Objects by actions, each a checkbox. The first row holds for all objects, later ones included. */
export function PermissionGrid({ draft, onChange, objects, names, permissions }: Props) {
  const labels = labelsOf(objects);
  const sorted = [...names].sort((one, other) => objectLabel(labels, one).localeCompare(objectLabel(labels, other)));
  const set = (cells: string[], granted: boolean) => onChange({ cells: withCells(draft.cells, cells, granted) });
  const system = permissions.filter((one) => one.system && !one.name.startsWith(`${ANY}:`));
  return (
    <Stack gap="xl">
      <section aria-label={m.role_grid()}>
        <Title order={2} mb={4}>
          {m.role_grid()}
        </Title>
        <Text size="sm" c="dimmed" mb="sm">
          {m.role_grid_text()}
        </Text>
        <Table.ScrollContainer minWidth={0} type="native">
          <Table className="role-grid" verticalSpacing={6} stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{m.role_object()}</Table.Th>
                {ACTIONS.map((action) => (
                  <Table.Th key={action} ta="center">
                    {ACTION_WORDS[action]()}
                  </Table.Th>
                ))}
                <Table.Th ta="center">{m.role_all_actions()}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {[ANY, ...sorted].map((name) => (
                <Row key={name} name={name} label={objectLabel(labels, name)} draft={draft} onSet={set} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        {names.length === 0 && <Text size="sm">{m.role_grid_none()}</Text>}
      </section>
      <section aria-label={m.role_system_rights()}>
        <Title order={2} mb="sm">
          {m.role_system_rights()}
        </Title>
        <Stack gap="sm">
          {system.map(({ name, description }) => (
            <Checkbox
              key={name}
              label={systemLabel(name)}
              description={systemText(name, description)}
              checked={draft.system.has(name)}
              onChange={(event) => onChange({ system: withCells(draft.system, [name], event.currentTarget.checked) })}
            />
          ))}
        </Stack>
      </section>
    </Stack>
  );
}

interface RowProps {
  name: string;
  label: string;
  draft: RoleDraft;
  onSet: (cells: string[], granted: boolean) => void;
}

function Row({ name, label, draft, onSet }: RowProps) {
  const states = ACTIONS.map((action) => stateOf(draft.cells, name, action));
  const open = ACTIONS.filter((_, at) => states[at] !== "implied").map((action) => `${name}:${action}`);
  const isAll = states.every((one) => one !== "off");
  const isSome = states.some((one) => one !== "off");
  const labelOf = (action: Action) => m.role_cell({ object: label, action: ACTION_WORDS[action]() });
  return (
    <Table.Tr fw={name === ANY ? 600 : undefined}>
      <Table.Th scope="row" fw={name === ANY ? 600 : 400} miw={88} style={{ overflowWrap: "anywhere" }}>
        {label}
      </Table.Th>
      {ACTIONS.map((action, at) => (
        <Table.Td key={action} title={states[at] === "implied" ? m.role_implied() : undefined}>
          <Checkbox
            aria-label={states[at] === "implied" ? m.role_cell_implied({ cell: labelOf(action) }) : labelOf(action)}
            checked={states[at] !== "off"}
            disabled={states[at] === "implied"}
            onChange={(event) => onSet([`${name}:${action}`], event.currentTarget.checked)}
          />
        </Table.Td>
      ))}
      <Table.Td>
        <Checkbox aria-label={m.role_row({ object: label })} checked={isAll} indeterminate={!isAll && isSome} disabled={open.length === 0} onChange={() => onSet(open, !isAll)} />
      </Table.Td>
    </Table.Tr>
  );
}
