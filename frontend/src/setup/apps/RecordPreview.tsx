import "@mantine/core/styles/Tabs.css";
import "@mantine/core/styles/Table.css";

import { Tabs, Text, Title } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Suspense } from "react";

import { navigationQuery, queryRecords, type ObjectDetail } from "~/api";
import { FieldValue } from "~/fields/FieldValue";
import { m } from "~/paraglide/messages";
import type { RecordLayout } from "~/records/record/layout";
import { RelatedList } from "~/records/record/RelatedList";
import { recordFields } from "~/records/record/useRecord";
import { pathLabel } from "~/setup/apps/layouts";
import { LoadingState } from "~/setup/pieces/states";

/** The newest record as the page would show it; the labels alone while there is none. */
export function RecordPreview({ detail, layout }: { detail: ObjectDetail; layout: RecordLayout }) {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const fields = new Map(detail.fields.map((one) => [one.name, one]));
  const body = { limit: 1, sort: ["-created_at"], fields: recordFields(detail, navigation) };
  const newest = useQuery({ queryKey: ["records", detail.name, "newest", body], queryFn: ({ signal }) => queryRecords(detail.name, body, signal) });
  const record = newest.data?.data[0];
  const name = detail.nameField && record ? String(record[detail.nameField] ?? "") : "";
  return (
    <div className="sections">
      <Text fw={600} size="lg" style={{ overflowWrap: "anywhere" }}>
        {name || detail.label}
      </Text>
      {newest.data && !record && (
        <Text size="sm" c="dimmed">
          {m.preview_none()}
        </Text>
      )}
      {layout.sections.map((section, at) => (
        <div key={at}>
          <Title order={3} fz="md">
            {section.label}
          </Title>
          <dl className={`fields${section.columns === 2 ? " two" : ""}`}>
            {section.fields.map((one) => {
              const field = fields.get(one);
              return (
                <div key={one} className="field">
                  <dt>{pathLabel(one, detail, navigation.objects)}</dt>
                  <dd className="value-plain">{field && record?.[one] != null && record[one] !== "" ? <FieldValue value={record[one]} field={field} /> : <span className="nothing">–</span>}</dd>
                </div>
              );
            })}
          </dl>
        </div>
      ))}
      {layout.related.length > 0 && (
        <Tabs defaultValue="0" keepMounted={false}>
          <Tabs.List>
            {layout.related.map((one, at) => (
              <Tabs.Tab key={at} value={String(at)}>
                {one.label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {layout.related.map((one, at) => (
            <Tabs.Panel key={at} value={String(at)} pt="sm">
              {record ? (
                <Suspense fallback={<LoadingState />}>
                  <RelatedList related={one} id={record.id} navigation={navigation} />
                </Suspense>
              ) : (
                <Text size="sm" c="dimmed">
                  {m.preview_none()}
                </Text>
              )}
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
    </div>
  );
}
