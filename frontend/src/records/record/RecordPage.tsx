import "@mantine/core/styles/Tabs.css";
import "@mantine/core/styles/Table.css";
import "@mantine/core/styles/List.css";

import { ifMatch, Problem } from "@freehold/client";
import { Anchor, Button, Group, Menu, Tabs, Text, Title } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";

import { api, navigationQuery, objectQuery, type Entry } from "~/api";
import { nameOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { compare, type Changes } from "~/records/conflict";
import { deleteRecords, refresh } from "~/records/deleting";
import { ConflictForm } from "~/records/record/ConflictForm";
import { EditableField } from "~/records/record/EditableField";
import { HistoryPanel } from "~/records/record/HistoryPanel";
import { noteRecent, Star } from "~/records/record/Star";
import { layoutQuery } from "~/records/record/layout";
import { RelatedList } from "~/records/record/RelatedList";
import { recordQuery } from "~/records/record/useRecord";

const route = getRouteApi("/shell/o/$object/$id");

/** One record: its sections, related lists and history. Each value is edited in its place. */
export default function RecordPage() {
  const { object, id } = route.useParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const { data: detail } = useSuspenseQuery(objectQuery(object));
  const { data: layout } = useSuspenseQuery(layoutQuery(navigation, detail));
  const query = recordQuery(object, id, detail, navigation);
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

  /** Saves on top of the version that is shown. If somebody was faster, their values are kept unless they clash. */
  const save = async (changes: Changes, version = record.version, before: Entry = record): Promise<void> => {
    try {
      await api.PATCH("/api/v1/data/{object}/{id}", {
        params: { path: { object, id } },
        headers: ifMatch(version),
        body: plain(changes) as never,
      });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412) throw error;
      const theirs = error.body.current as Entry;
      const { clashes, safe } = compare(before, plain(changes), theirs);
      if (clashes.length === 0) {
        if (Object.keys(safe).length > 0) return save(safe, theirs.version, theirs);
      } else {
        modals.open({
          modalId: "conflict",
          title: m.conflict_title(),
          size: "lg",
          children: (
            <ConflictForm
              clashes={clashes}
              fields={fields}
              onChoose={async (chosen) => {
                const merged = { ...safe, ...chosen };
                if (Object.keys(merged).length > 0) await save(merged, theirs.version, theirs);
                else await client.invalidateQueries({ queryKey: query.queryKey });
                modals.close("conflict");
              }}
            />
          ),
        });
      }
    }
    await Promise.all([client.invalidateQueries({ queryKey: query.queryKey }), client.invalidateQueries({ queryKey: ["records", object] }), client.invalidateQueries({ queryKey: ["history", object, id] })]);
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
              <Menu.Item onClick={() => void refresh(object)}>{m.retry()}</Menu.Item>
              <Menu.Item onClick={() => globalThis.print()}>{m.print_()}</Menu.Item>
              {mayDelete && (
                <Menu.Item color="red" onClick={remove}>
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
                      await save({ [name]: value });
                      notifications.show({ message: m.saved(), autoClose: 1_500 });
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

/** Lookups as ids. */
function plain(changes: Changes): Changes {
  return Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [name, isRecord(value) ? value.id : value]),
  );
}

function isRecord(value: unknown): value is { id: string } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && "id" in value;
}

