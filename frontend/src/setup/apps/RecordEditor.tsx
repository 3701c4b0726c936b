import type { FieldProblem } from "@freehold/client";
import { ActionIcon, Button, Group, Input, NativeSelect, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { objectQuery, queries, type Navigation, type ObjectDetail } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import type { Related, RecordLayout, Section } from "~/records/record/layout";
import { AddField, ColumnsEditor, FilterEditor, Remove, SortEditor } from "~/setup/apps/ListEditor";
import { fieldLists, freeLabel, moveField, newRelated, pathLabel, problemAt, waysBack } from "~/setup/apps/layouts";
import { movedIn, type Place } from "~/setup/apps/sorting/moving";
import { Sort, SortItem, SortList } from "~/setup/apps/sorting/Sortable";
import { TranslationsInput } from "~/setup/pieces/TranslationsInput";

interface Props {
  detail: ObjectDetail;
  navigation: Navigation;
  draft: RecordLayout;
  problems: readonly FieldProblem[];
  onChange: (draft: RecordLayout) => void;
}

/** The sections of a record's page with their fields, and the lists of records that refer to it. */
export function RecordEditor(props: Props) {
  return (
    <>
      <Sections {...props} />
      <RelatedLists {...props} />
    </>
  );
}

function Sections({ detail, navigation, draft, problems, onChange }: Props) {
  const { sections } = draft;
  const lists = fieldLists(sections, detail.fields);
  const last = lists.length - 1;
  const labelAt = ({ list, at }: Place) => pathLabel(lists[list]?.[at] ?? "", detail, navigation.objects);
  const listName = (list: number) => sections[list]?.label ?? m.layout_hidden_fields();
  const set = (next: Section[]) => onChange({ ...draft, sections: next });
  const change = (at: number, part: Partial<Section>) => set(sections.map((one, index) => (index === at ? { ...one, ...part } : one)));
  const move = (from: Place, to: Place) => set(moveField(sections, detail.fields, from, to));
  const add = () => set([...sections, { label: freeLabel(m.layout_section(), sections.map((one) => one.label)), columns: 2, fields: [] }]);
  return (
    <section aria-labelledby="sections">
      <Title order={2} id="sections">
        {m.layout_sections()}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {m.layout_sections_text()}
      </Text>
      <Input.Error mb="xs">{problems.find((one) => one.field === "layout.sections")?.message}</Input.Error>
      <Sort lists={lists} itemName={labelAt} listName={listName} onMove={move}>
        <Stack gap="sm">
          {sections.map((section, at) => (
            <div key={at} className="editor-box">
              <Head label={section.label} at={at} of={sections.length} least={1} error={problemAt(problems, `layout.sections.${at}`)} onLabel={(label) => change(at, { label })} onMove={(to) => set(movedIn(sections, at, to))} onRemove={() => set(sections.filter((_, index) => index !== at))} />
              <NativeSelect size="xs" mb="xs" aria-label={m.layout_columns_of({ section: section.label })} data={[{ value: "1", label: m.layout_one_column() }, { value: "2", label: m.layout_two_columns() }]} value={String(section.columns)} onChange={(event) => change(at, { columns: Number(event.currentTarget.value) })} />
              <SortList list={at} label={section.label} empty={m.layout_drop_here()}>
                {section.fields.map((name, position) => (
                  <SortItem key={name} place={{ list: at, at: position }} actions={<Remove item={labelAt({ list: at, at: position })} from={section.label} onClick={() => change(at, { fields: section.fields.filter((one) => one !== name) })} />}>
                    {labelAt({ list: at, at: position })}
                  </SortItem>
                ))}
              </SortList>
              {lists[last]!.length > 0 && (
                <div style={{ marginTop: 8 }}>
                  <AddField label={m.layout_add_to({ list: section.label })} fields={lists[last]!.map((name) => ({ name, label: pathLabel(name, detail, navigation.objects) }))} onAdd={(name) => change(at, { fields: [...section.fields, name] })} />
                </div>
              )}
              <div style={{ marginTop: 8 }}>
                <TranslationsInput texts={{ label: m.layout_label() }} value={section.translations ?? {}} error={problemAt(problems, `layout.sections.${at}.translations`) ?? undefined} onChange={(translations) => change(at, { translations })} />
              </div>
            </div>
          ))}
          <Group>
            <Button size="xs" variant="light" onClick={add}>
              {m.layout_add_section()}
            </Button>
          </Group>
          {lists[last]!.length > 0 && (
            <div className="editor-box">
              <Text size="sm" fw={600} mb="xs">
                {m.layout_hidden_fields()}
              </Text>
              <SortList list={last} label={m.layout_hidden_fields()}>
                {lists[last]!.map((name, position) => (
                  <SortItem key={name} place={{ list: last, at: position }}>
                    {labelAt({ list: last, at: position })}
                  </SortItem>
                ))}
              </SortList>
            </div>
          )}
        </Stack>
      </Sort>
    </section>
  );
}

interface HeadProps {
  label: string;
  at: number;
  of: number;
  least: number;
  error: string | null;
  onLabel: (label: string) => void;
  onMove: (to: number) => void;
  onRemove: () => void;
}

/** The label of a section or related list, with its place among the others. */
function Head({ label, at, of, least, error, onLabel, onMove, onRemove }: HeadProps) {
  return (
    <Group gap={4} mb="xs" wrap="nowrap" align="flex-start">
      <TextInput flex={1} size="xs" aria-label={m.layout_label()} required maxLength={100} value={label} error={error} onChange={(event) => onLabel(event.currentTarget.value)} />
      <ActionIcon variant="subtle" color="gray" disabled={at === 0} aria-label={m.sort_up({ item: label })} onClick={() => onMove(at - 1)}>
        ↑
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" disabled={at === of - 1} aria-label={m.sort_down({ item: label })} onClick={() => onMove(at + 1)}>
        ↓
      </ActionIcon>
      <Remove item={label} disabled={of <= least} onClick={onRemove} />
    </Group>
  );
}

function RelatedLists({ detail, navigation, draft, problems, onChange }: Props) {
  const { related } = draft;
  const [refusal, setRefusal] = useState("");
  const ways = waysBack(navigation.objects, detail.name);
  const set = (next: Related[]) => onChange({ ...draft, related: next });
  const add = async (key: string | null) => {
    const way = ways.find((one) => `${one.object}.${one.field}` === key);
    if (!way) return;
    try {
      set([...related, newRelated(way, await queries.ensureQueryData(objectQuery(way.object)))]);
      setRefusal("");
    } catch (error) {
      setRefusal(messageOf(error));
    }
  };
  return (
    <section aria-labelledby="related">
      <Title order={2} id="related">
        {m.layout_related()}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {ways.length === 0 ? m.layout_related_none() : m.layout_related_text()}
      </Text>
      <Stack gap="sm">
        {related.map((one, at) => (
          <div key={at} className="editor-box">
            <Head label={one.label} at={at} of={related.length} least={0} error={problemAt(problems, `layout.related.${at}.label`)} onLabel={(label) => set(related.map((other, index) => (index === at ? { ...other, label } : other)))} onMove={(to) => set(movedIn(related, at, to))} onRemove={() => set(related.filter((_, index) => index !== at))} />
            <RelatedEditor related={one} place={`layout.related.${at}`} problems={problems} ways={ways} onChange={(next) => set(related.map((other, index) => (index === at ? next : other)))} />
            <div style={{ marginTop: 8 }}>
              <TranslationsInput texts={{ label: m.layout_label() }} value={one.translations ?? {}} error={problemAt(problems, `layout.related.${at}.translations`) ?? undefined} onChange={(translations) => set(related.map((other, index) => (index === at ? { ...other, translations } : other)))} />
            </div>
          </div>
        ))}
        {ways.length > 0 && (
          <Select key={related.length} size="xs" aria-label={m.layout_add_related()} placeholder={m.layout_add_related()} searchable data={ways.map((one) => ({ value: `${one.object}.${one.field}`, label: `${one.objectLabel} (${one.fieldLabel})` }))} value={null} error={refusal || null} onChange={(key) => void add(key)} />
        )}
      </Stack>
    </section>
  );
}

const LIMITS = [5, 10, 25, 50, 100];

interface RelatedProps {
  related: Related;
  place: string;
  problems: readonly FieldProblem[];
  ways: ReturnType<typeof waysBack>;
  onChange: (related: Related) => void;
}

function RelatedEditor({ related, place, problems, ways, onChange }: RelatedProps) {
  const { data: detail, error } = useQuery(objectQuery(related.object));
  const way = ways.find((one) => one.object === related.object && one.field === related.field);
  const limits = [...new Set([...LIMITS, related.limit])].toSorted((one, other) => one - other);
  return (
    <Stack gap="sm">
      <Text size="xs" c="dimmed">
        {way ? m.layout_related_of({ object: way.objectLabel, field: way.fieldLabel }) : related.object}
      </Text>
      <Input.Error>{problemAt(problems, `${place}.object`) ?? problemAt(problems, `${place}.field`)}</Input.Error>
      {error && <Input.Error>{messageOf(error)}</Input.Error>}
      {detail && (
        <>
          <ColumnsEditor label={m.columns()} fields={detail.fields} columns={related.columns} error={problemAt(problems, `${place}.columns`)} onChange={(columns) => onChange({ ...related, columns })} />
          <SortEditor fields={detail.fields} sort={related.sort} error={problemAt(problems, `${place}.sort`)} onChange={(sort) => onChange({ ...related, sort })} />
          <FilterEditor fields={detail.fields} filter={related.filter} error={problemAt(problems, `${place}.filter`)} onChange={(filter) => onChange({ ...related, filter })} />
        </>
      )}
      <NativeSelect size="xs" label={m.layout_limit()} data={limits.map(String)} value={String(related.limit)} error={problemAt(problems, `${place}.limit`)} onChange={(event) => onChange({ ...related, limit: Number(event.currentTarget.value) })} />
    </Stack>
  );
}
