import { Anchor, Badge, Button, Group, Stack, Text, VisuallyHidden } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { api, type Field } from "~/api";
import { labelOf } from "~/fields/labels";
import { m } from "~/paraglide/messages";
import { getLocale } from "~/paraglide/runtime";
import { typeLabel } from "~/setup/objects/fieldTypes";
import { move } from "~/setup/objects/optionList";
import { NOTHING_REFUSED, refusedOf } from "~/setup/objects/problems";
import { onTop, refreshDefinitions, type Definition } from "~/setup/objects/queries";
import { Refusals } from "~/setup/objects/Refusals";
import { MoveButtons, useDragOrder } from "~/setup/pieces/reorder";
import { SaveBar } from "~/setup/pieces/SaveBar";
import { EmptyState } from "~/setup/pieces/states";

interface Props {
  definition: Definition;
  etag: string | null;
}

/** The object's own fields, which can be put in order, and those that every record has. */
export function FieldsTab({ definition, etag }: Props) {
  const own = definition.fields.filter((one) => !one.system);
  const system = definition.fields.filter((one) => one.system);
  const [order, setOrder] = useState<Field[] | null>(null);
  return (
    <Stack>
      <Group justify="space-between">
        <Button renderRoot={(props) => <Link to="/setup/objects/$object/new-field" params={{ object: definition.name }} {...props} />}>{m.objects_add_field()}</Button>
        {own.length > 1 && order === null && (
          <Button variant="default" onClick={() => setOrder(own)}>
            {m.objects_reorder()}
          </Button>
        )}
      </Group>
      {own.length === 0 && <EmptyState text={m.objects_no_fields()} />}
      {order ? (
        <Reorder definition={definition} etag={etag} order={order} onChange={setOrder} />
      ) : (
        own.length > 0 && (
          <ul className="setup-rows">
            {own.map((one) => (
              <li key={one.name}>
                <Group justify="space-between" gap="xs">
                  <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
                    <Anchor fw={500} size="sm" renderRoot={(props) => <Link to="/setup/objects/$object/fields/$field" params={{ object: definition.name, field: one.name }} {...props} />}>
                      {labelOf(one)}
                    </Anchor>
                    <Text size="xs" c="dimmed">
                      {one.name} · {detailOf(one)}
                    </Text>
                  </div>
                  <Marks field={one} isName={one.name === definition.nameField} isCustom={definition.standard && !one.standard} />
                </Group>
              </li>
            ))}
          </ul>
        )
      )}
      {!order && (
        <details>
          <summary style={{ cursor: "pointer" }}>{m.objects_system_fields({ count: system.length })}</summary>
          <ul className="setup-rows" style={{ marginTop: ".5rem" }}>
            {system.map((one) => (
              <li key={one.name}>
                <Text size="sm">{labelOf(one)}</Text>
                <Text size="xs" c="dimmed">
                  {one.name} · {detailOf(one)}
                </Text>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Stack>
  );
}

function Reorder({ definition, etag, order, onChange }: Props & { order: Field[]; onChange: (order: Field[] | null) => void }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState(NOTHING_REFUSED);
  const [told, setTold] = useState("");
  const place = (from: number, to: number) => {
    onChange(move(order, from, to));
    setTold(m.setup_frame_moved({ name: labelOf(order[from] ?? {}), place: to + 1, count: order.length }));
  };
  const drag = useDragOrder(place);
  const save = async () => {
    setBusy(true);
    try {
      await api.PATCH("/api/v1/objects/{object}", {
        params: { path: { object: definition.name } },
        headers: onTop(etag),
        body: { fieldOrder: order.map((one) => one.name) } as never,
      });
      onChange(null);
      await refreshDefinitions(client);
    } catch (failure) {
      setRefused(refusedOf(failure, []));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div>
      <Refusals refused={refused} object={definition.name} />
      <VisuallyHidden role="status">{told}</VisuallyHidden>
      <ol className="setup-rows">
        {order.map((one, at) => (
          <li key={one.name} {...drag.row(at)}>
            <Group wrap="nowrap" gap="xs">
              <span {...drag.handle(at)}>⠿</span>
              <Text size="sm" style={{ flex: 1, overflowWrap: "anywhere" }}>
                {labelOf(one)}
              </Text>
              <MoveButtons name={labelOf(one)} at={at} count={order.length} onMove={place} />
            </Group>
          </li>
        ))}
      </ol>
      <SaveBar dirty busy={busy} onSave={() => void save()} onDiscard={() => onChange(null)} />
    </div>
  );
}

function detailOf(field: Field): string {
  const type = typeLabel(field.type);
  if (field.type === "lookup") return m.objects_type_of({ type, detail: field.target ?? "" });
  if (field.options) return m.objects_type_of({ type, detail: m.objects_options({ count: field.options.length }) });
  return field.maxLength ? m.objects_type_of({ type, detail: m.objects_up_to({ count: new Intl.NumberFormat(getLocale()).format(field.maxLength) }) }) : type;
}

function Marks({ field, isName, isCustom }: { field: Field; isName: boolean; isCustom: boolean }) {
  const marks = [
    isName && m.objects_mark_name(),
    field.required && m.field_required(),
    field.unique && m.field_unique(),
    field.index && m.field_index(),
    field.searchable && m.field_searchable(),
    isCustom && m.objects_custom(),
  ].filter((one) => typeof one === "string");
  return (
    <Group gap={4}>
      {marks.map((one) => (
        <Badge key={one} variant="default" tt="none" fw={500} radius="sm" size="sm">
          {one}
        </Badge>
      ))}
    </Group>
  );
}
