import { Alert, Badge, Button, Group, Menu, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useSuspenseQueries, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { navigationQuery, objectQuery, queryRecords, viewsQuery, type Entry } from "~/api";
import { messageOf } from "~/app/messages";
import { FilterBar } from "~/filters/FilterBar";
import { toText, type Condition } from "~/filters/filter";
import { m } from "~/paraglide/messages";
import { BulkBar } from "~/records/bulk/BulkBar";
import { settable } from "~/records/bulk/plan";
import { NOTHING_MARKED, useBulk, type Marked } from "~/records/bulk/useBulk";
import { arranged, frozen, moved, withColumns } from "~/records/list/columns";
import { ColumnsMenu } from "~/records/list/ColumnsMenu";
import { exportAddress } from "~/records/list/exporting";
import { ListTable } from "~/records/list/ListTable";
import type { ListSearch } from "~/records/list/search";
import { bodyOf, nextSort, shapeOf, type ListLayout } from "~/records/list/shape";
import { preferencesQuery, useLook } from "~/records/list/useLook";
import { useRecords } from "~/records/list/useRecords";
import { currentView, NO_VIEW, viewSearch } from "~/records/list/views";
import { ViewTabs } from "~/records/list/ViewTabs";
import { number } from "~/records/style";
import { useKeys } from "~/shell/keys";

export type { ListLayout } from "~/records/list/shape";

interface Props {
  object: string;
  title?: string;
  layout?: ListLayout;
  /** The name of the page under which the user's columns are kept. */
  place?: string;
  search: ListSearch;
  onSearch: (search: ListSearch, replace: boolean) => void;
}

/** A list of records. The address has all of its state, so that a link or Back gives the same list. */
export function ListPage({ object, title, layout, place, search, onSearch }: Props) {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const [{ data: detail }, { data: views }, { data: preferences }] = useSuspenseQueries({ queries: [objectQuery(object), viewsQuery(object), preferencesQuery] });
  const navigate = useNavigate();
  const summary = navigation.objects.find((one) => one.name === object);
  const [marked, setMarked] = useState<Marked>(NOTHING_MARKED);
  const words = useRef<HTMLInputElement>(null);

  const view = currentView(views, search, layout === undefined);
  const { look, change: changeLook } = useLook(object, view, preferences);
  const here = view?.id ?? place ?? NO_VIEW;
  const kept = view?.mine ? undefined : look.columns[here];
  const shape = useMemo(() => shapeOf(detail, search, layout, view, kept), [detail, search, layout, view, kept]);
  const pinned = look.pinned ?? [];
  const names = arranged(shape.columns.map((one) => one.name), pinned);
  const columns = useMemo(() => names.map((name) => shape.columns.find((one) => one.name === name)!), [shape, names.join()]);
  const nameFields = useMemo(
    () => new Map([["users", "name"] as [string, string | null], ...navigation.objects.map((one): [string, string | null] => [one.name, one.nameField])]),
    [navigation],
  );
  const body = useMemo(() => bodyOf(shape, nameFields, detail.nameField), [shape, nameFields, detail]);
  const { records, can, count, isPending, isError, error, isPlaceholderData, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useRecords(object, body);
  const asked = useMemo(() => ({ filter: body.filter, ...(body.search === undefined ? {} : { search: body.search }) }), [JSON.stringify([body.filter, body.search])]);
  useEffect(() => setMarked(NOTHING_MARKED), [asked]);
  const unmark = () => setMarked(NOTHING_MARKED);
  const bulk = useBulk(object, marked, can, unmark);
  const fieldsToSet = settable(detail.fields, summary);

  const change = (part: ListSearch, replace = false) => onSearch({ ...search, ...(view ? { view: view.id } : {}), ...part }, replace);
  const setColumns = (next: string[], nextPinned: readonly string[]) => {
    changeLook({ ...(view?.mine ? look : withColumns(look, here, next)), pinned: [...nextPinned] });
    if (next.join() !== names.join()) change({ cols: next.join(",") }, true);
  };
  const reset = (part: ListSearch) => {
    if (look.columns[here]) changeLook(withColumns(look, here, null));
    onSearch(part, true);
  };
  const clear = () => {
    if (words.current) words.current.value = "";
    onSearch(viewSearch(views, view), false);
  };
  const resetColumns = () => {
    changeLook({ ...withColumns(look, here, null), widths: {}, pinned: [] });
    const { cols: _, ...rest } = search;
    onSearch(rest, true);
  };
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
        <FilterBar fields={detail.fields} conditions={shape.conditions} onChange={onConditions} waits />
        <ColumnsMenu fields={detail.fields} shown={names} pinned={pinned} onChange={setColumns} onReset={resetColumns} />
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
      <ViewTabs
        object={object}
        views={views}
        current={view}
        shape={{ ...shape, columns }}
        widths={look.widths}
        pinned={pinned}
        search={search}
        permissions={navigation.permissions}
        pageFilter={layout?.filter ?? {}}
        isReady={!isPending}
        onSearch={(next) => onSearch(next, false)}
        onReset={() => reset({ ...viewSearch(views, view), ...(search.q === undefined ? {} : { q: search.q }) })}
      />
      {marked.ids.size > 0 && (
        <BulkBar marked={marked} shown={records.length} matching={hasNextPage ? (count ?? { value: 0, capped: true }) : null} onAll={() => setMarked({ ...marked, all: asked })} onClear={unmark}>
          {fieldsToSet.length > 0 && (
            <Button size="compact-sm" variant="light" loading={bulk.busy === "update"} onClick={() => bulk.setField(fieldsToSet)}>
              {m.bulk_set_field()}
            </Button>
          )}
          {summary?.can.delete && (
            <Button size="compact-sm" variant="light" color="red" loading={bulk.busy === "delete"} onClick={bulk.remove}>
              {m.delete_()}
            </Button>
          )}
        </BulkBar>
      )}
      {isError && (
        <Alert m="md" color="red" role="alert">
          {messageOf(error)}{" "}
          <Button size="xs" variant="light" onClick={() => void (records.length > 0 ? fetchNextPage() : refetch())}>
            {m.retry()}
          </Button>
        </Alert>
      )}
      {records.length === 0 ? (
        !isError && (
          <div className="empty" role="status">
            <Text>{isPending || isPlaceholderData ? m.loading() : isNarrowed ? m.no_match() : m.no_records()}</Text>
            {!isPending && !isPlaceholderData && isNarrowed && (
              <Button mt="sm" size="xs" variant="light" onClick={clear}>
                {m.clear_filter()}
              </Button>
            )}
          </div>
        )
      ) : (
        <ListTable
          label={title ?? detail.pluralLabel}
          columns={columns}
          frozen={frozen(names, pinned)}
          widths={look.widths}
          onWidth={(field, width) => changeLook({ ...look, widths: { ...look.widths, [field]: width } })}
          onMove={(from, to) => {
            const next = moved(names, pinned, from, to);
            setColumns(next.columns, next.pinned);
          }}
          nameField={detail.nameField}
          records={records}
          sort={shape.sort}
          selected={marked.ids}
          onSelect={(ids) => setMarked({ ids, all: null })}
          onSort={(field) => change({ sort: nextSort(shape.sort, field).join(",") })}
          onOpen={(record: Entry) => void navigate({ to: "/o/$object/$id", params: { object, id: record.id } })}
          onEnd={onEnd}
          total={count && !count.capped ? count.value + 1 : -1}
        />
      )}
      {isFetchingNextPage && (
        <Text size="xs" px="lg" py={2} c="dimmed" role="status">
          {m.list_loading_more()}
        </Text>
      )}
    </div>
  );
}

/** How many records there are: up to a thousand at once, exactly on request. */
function Total({ object, body, count }: { object: string; body: { filter: Record<string, unknown>; search?: string }; count: { value: number; capped: boolean } }) {
  const [exact, setExact] = useState<{ of: object; value: number } | null>(null);
  const value = exact?.of === body ? exact.value : null;
  if (!count.capped || value !== null) {
    return (
      <Badge variant="default" tt="none" role="status">
        {m.count_of({ count: number(value ?? count.value) })}
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
      {m.count_more({ count: number(count.value) })}
    </Button>
  );
}
