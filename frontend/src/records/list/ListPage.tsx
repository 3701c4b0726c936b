import { Alert, Badge, Button, Group, Menu, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { navigationQuery, objectQuery, queryRecords, viewsQuery, type Entry } from "~/api";
import { messageOf } from "~/app/messages";
import { FilterBar } from "~/filters/FilterBar";
import { toText, type Condition } from "~/filters/filter";
import { m } from "~/paraglide/messages";
import { BulkBar } from "~/records/list/BulkBar";
import { ColumnsMenu } from "~/records/list/ColumnsMenu";
import { exportAddress } from "~/records/list/exporting";
import { ListTable } from "~/records/list/ListTable";
import type { ListSearch } from "~/records/list/search";
import { bodyOf, nextSort, shapeOf, type ListLayout } from "~/records/list/shape";
import { useRecords } from "~/records/list/useRecords";
import { ViewsMenu } from "~/records/list/ViewsMenu";
import { useKeys } from "~/shell/keys";

export type { ListLayout } from "~/records/list/shape";

interface Props {
  object: string;
  title?: string;
  layout?: ListLayout;
  search: ListSearch;
  onSearch: (search: ListSearch, replace: boolean) => void;
}

/** A list of records. The address has all of its state, so that a link or Back gives the same list. */
export function ListPage({ object, title, layout, search, onSearch }: Props) {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const { data: detail } = useSuspenseQuery(objectQuery(object));
  const { data: views } = useSuspenseQuery(viewsQuery(object));
  const navigate = useNavigate();
  const summary = navigation.objects.find((one) => one.name === object);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const words = useRef<HTMLInputElement>(null);

  const view = views.find((one) => one.id === search.view);
  const shape = useMemo(() => shapeOf(detail, search, layout, view), [detail, search, layout, view]);
  const nameFields = useMemo(
    () => new Map([["users", "name"] as [string, string | null], ...navigation.objects.map((one): [string, string | null] => [one.name, one.nameField])]),
    [navigation],
  );
  const body = useMemo(() => bodyOf(shape, nameFields, detail.nameField), [shape, nameFields, detail]);
  const { records, count, isPending, isError, error, isPlaceholderData, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useRecords(object, body);
  useEffect(() => setSelected(new Set()), [body]);

  const change = (part: ListSearch, replace = false) => onSearch({ ...search, ...part }, replace);
  const onWords = useDebouncedCallback((q: string) => change({ q }, true), 250);
  const onConditions = (conditions: Condition[]) => change({ filter: toText(conditions) }, true);
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const create = () => void navigate({ to: "/o/$object/new", params: { object } });
  useKeys({ "/": () => words.current?.focus(), ...(summary?.can.create ? { c: create } : {}) });

  const isNarrowed = shape.search !== "" || shape.conditions.length > 0;
  return (
    <div className="list-page">
      <div className="list-bar no-print">
        <Title order={1} mr="sm">
          {title ?? detail.pluralLabel}
        </Title>
        <ViewsMenu object={object} views={views} current={view} shape={shape} search={search} onSearch={(next) => onSearch(next, false)} />
        <TextInput
          ref={words}
          className="words"
          key={search.view}
          size="xs"
          type="search"
          placeholder={m.search()}
          aria-label={m.search_in({ objects: detail.pluralLabel })}
          defaultValue={shape.search}
          onChange={(event) => onWords(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
        <FilterBar fields={detail.fields} conditions={shape.conditions} onChange={onConditions} />
        <ColumnsMenu fields={detail.fields} shown={shape.columns.map((one) => one.name)} onChange={(names) => change({ cols: names.join(",") })} />
        <Group gap="xs" ml="auto">
          {count && <Total object={object} body={body} count={count} />}
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="xs" variant="default">
                {m.more()}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {summary?.can.create && (
                <Menu.Item renderRoot={(props) => <Link to="/o/$object/import" params={{ object }} {...props} />}>{m.import_()}</Menu.Item>
              )}
              <Menu.Item component="a" href={exportAddress(object, shape)} download>
                {m.export_()}
              </Menu.Item>
              <Menu.Item onClick={() => globalThis.print()}>{m.print_()}</Menu.Item>
              <Menu.Item renderRoot={(props) => <Link to="/o/$object/trash" params={{ object }} {...props} />}>{m.trash()}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
          {summary?.can.create && (
            <Button size="xs" onClick={create}>
              {m.new_()}
            </Button>
          )}
        </Group>
      </div>
      {selected.size > 0 && (
        <BulkBar object={object} ids={selected} can={summary?.can} onDone={() => setSelected(new Set())} />
      )}
      {isError ? (
        <Alert m="md" color="red" role="alert">
          {messageOf(error)}{" "}
          <Button size="xs" variant="light" onClick={() => void refetch()}>
            {m.retry()}
          </Button>
        </Alert>
      ) : records.length === 0 ? (
        <Text className="empty" role="status">
          {isPending || isPlaceholderData ? m.loading() : isNarrowed ? m.no_match() : m.no_records()}
        </Text>
      ) : (
        <ListTable
          object={object}
          label={title ?? detail.pluralLabel}
          columns={shape.columns}
          nameField={detail.nameField}
          records={records}
          sort={shape.sort}
          selected={selected}
          onSelect={setSelected}
          onSort={(field) => change({ sort: nextSort(shape.sort, field).join(",") })}
          onOpen={(record: Entry) => void navigate({ to: "/o/$object/$id", params: { object, id: record.id } })}
          onEnd={onEnd}
          total={count && !count.capped ? count.value + 1 : -1}
        />
      )}
    </div>
  );
}

/** How many records there are: up to a thousand at once, exactly on request. */
function Total({ object, body, count }: { object: string; body: { filter: Record<string, unknown>; search?: string }; count: { value: number; capped: boolean } }) {
  const [exact, setExact] = useState<{ of: object; value: number } | null>(null);
  const value = exact?.of === body ? exact.value : null;
  const locale = document.documentElement.lang;
  const show = (number: number) => new Intl.NumberFormat(locale).format(number);
  if (!count.capped || value !== null) {
    return (
      <Badge variant="default" tt="none" role="status">
        {m.count_of({ count: show(value ?? count.value) })}
      </Badge>
    );
  }
  const ask = async () => {
    const { filter, search } = body;
    const query = { filter, limit: 1, fields: ["id"], count: "exact" as const, ...(search ? { search } : {}) };
    setExact({ of: body, value: (await queryRecords(object, query)).count?.value ?? count.value });
  };
  return (
    <Button size="compact-xs" variant="default" onClick={() => void ask()} title={m.count_exactly()}>
      {m.count_more({ count: show(count.value) })}
    </Button>
  );
}
