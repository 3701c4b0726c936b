import "@mantine/core/styles/Tabs.css";
import "@mantine/core/styles/Table.css";
import "@mantine/core/styles/List.css";

import { Anchor, Button, Group, Menu, Tabs, Text, Title } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";

import { navigationQuery, objectQuery } from "~/api";
import { nameOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import type { Changes } from "~/records/conflict";
import { deleteRecords, refresh } from "~/records/deleting";
import { EditableField } from "~/records/record/EditableField";
import { HistoryPanel } from "~/records/record/HistoryPanel";
import { noteRecent, Star } from "~/records/record/Star";
import { layoutQuery } from "~/records/record/layout";
import { RelatedList } from "~/records/record/RelatedList";
import { recordQuery } from "~/records/record/useRecord";
import { saveRecord } from "~/records/saving";

const route = getRouteApi("/shell/o/$object/$id");

/** One record: its sections, related lists and history. Each value is edited in its place. */
export default function RecordPage() {
  const { object, id } = route.useParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const { data: detail } = useSuspenseQuery(objectQuery(object));
  const { data: layout } = useSuspenseQuery(layoutQuery(navigation, detail));
  const query = recordQuery(object, id);
  const {
    data: { record, can },
  } = useSuspenseQuery(query);
  useEffect(() => void noteRecent(object, id), [object, id]);
  const summary = navigation.objects.find((one) => one.name === object);
  const locked = new Set(summary?.fields.filter((one) => one.readOnly).map((one) => one.name));
  const fields = new Map(detail.fields.map((one) => [one.name, one]));
  const mayUpdate = can.update ?? summary?.can.update ?? false;
  const mayDelete = can.delete ?? summary?.can.delete ?? false;
  const title = (detail.nameField ? String(record[detail.nameField] ?? "") : "") || nameOf(record);

  const save = async (changes: Changes): Promise<boolean> => {
    const isSaved = await saveRecord({ object, id, fields }, record, changes);
    await Promise.all([client.invalidateQueries({ queryKey: query.queryKey }), client.invalidateQueries({ queryKey: ["records", object] }), client.invalidateQueries({ queryKey: ["history", object, id] })]);
    return isSaved;
  };
  const remove = () =>
    modals.openConfirmModal({
      title: m.confirm_delete({ count: title }),
      labels: { confirm: m.delete_(), cancel: m.cancel() },
      confirmProps: { color: "red" },
      onConfirm: () => {
        void deleteRecords(object, [id]).then((done) => {
          if (done > 0) void navigate({ to: "/o/$object", params: { object } });
        });
      },
    });

  return (
    <div className="page">
      <Group justify="space-between" wrap="nowrap" mb="md" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Anchor size="sm" className="no-print" renderRoot={(props) => <Link to="/o/$object" params={{ object }} {...props} />}>
            {detail.pluralLabel}
          </Anchor>
          <Title order={1} style={{ overflowWrap: "anywhere" }}>
            {title}
          </Title>
          {!mayUpdate && (
            <Text size="sm" c="dimmed">
              {m.read_only()}
            </Text>
          )}
        </div>
        <Group gap="xs" wrap="nowrap">
          <Star object={object} id={id} />
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="xs" variant="default" className="no-print">
                {m.more()}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => void refresh(object)}>{m.record_refresh()}</Menu.Item>
              <Menu.Item onClick={() => globalThis.print()}>{m.print_()}</Menu.Item>
              {mayDelete && (
                <Menu.Item color="var(--mantine-color-error)" onClick={remove}>
                  {m.delete_()}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      <div className="sections">
        {layout.sections.map((section) => (
          <section key={section.label + section.fields[0]} aria-label={section.label}>
            {section.label !== "" && <Title order={2}>{section.label}</Title>}
            <dl className={`fields${section.columns === 2 ? " two" : ""}`}>
              {section.fields.map((name) => {
                const field = fields.get(name);
                if (!field || !(name in record)) return null;
                return (
                  <EditableField
                    key={`${id} ${name}`}
                    field={field}
                    value={record[name]}
                    isLocked={!mayUpdate || field.readOnly || locked.has(name)}
                    onSave={async (value) => {
                      const isSaved = await save({ [name]: value });
                      if (isSaved) notifications.show({ message: m.saved(), autoClose: 3_000 });
                      return isSaved;
                    }}
                  />
                );
              })}
            </dl>
          </section>
        ))}
        <Tabs defaultValue={layout.related[0] ? `0` : "history"} keepMounted={false}>
          <Tabs.List>
            {layout.related.map((one, at) => (
              <Tabs.Tab key={at} value={String(at)}>
                {one.label}
              </Tabs.Tab>
            ))}
            <Tabs.Tab value="history">{m.history()}</Tabs.Tab>
          </Tabs.List>
          {layout.related.map((one, at) => (
            <Tabs.Panel key={at} value={String(at)} pt="sm">
              <RelatedList related={one} id={id} navigation={navigation} />
            </Tabs.Panel>
          ))}
          <Tabs.Panel value="history" pt="sm">
            <HistoryPanel object={object} id={id} fields={fields} />
          </Tabs.Panel>
        </Tabs>
      </div>
    </div>
  );
}
