import { Alert, Button, Text } from "@mantine/core";
import { useSuspenseQueries, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";

import { isSupport, navigationQuery, objectQuery, viewsQuery, type Entry } from "~/api";
import { messageOf } from "~/app/messages";
import { choicesOf, preferencesQuery } from "~/app/preferences";
import { toText, type Condition } from "~/filters/filter";
import { m } from "~/paraglide/messages";
import { BulkBar } from "~/records/bulk/BulkBar";
import { settable } from "~/records/bulk/plan";
import { NOTHING_MARKED, useBulk, type Marked } from "~/records/bulk/useBulk";
import { useCellEditing } from "~/records/list/cells/editing";
import { withColumns } from "~/records/list/columns";
import { ColumnsMenu } from "~/records/list/ColumnsMenu";
import { ListBar } from "~/records/list/ListBar";
import { ListTable } from "~/records/list/ListTable";
import type { ListSearch } from "~/records/list/search";
import { bodyOf, nextSort, shapeOf, type ListLayout } from "~/records/list/shape";
import { Total } from "~/records/list/Total";
import { useColumns } from "~/records/list/useColumns";
import { useLook } from "~/records/list/useLook";
import { useRecords } from "~/records/list/useRecords";
import { currentView, NO_VIEW, viewSearch } from "~/records/list/views";
import { ViewTabs } from "~/records/list/ViewTabs";

export type { ListLayout } from "~/records/list/shape";

interface Props {
  object: string;
  title?: string;
  layout?: ListLayout;
  /** The name of the page under which the user's columns are kept. */
  place?: string;
  /** Makes the page a favourite. */
  star?: ReactNode;
  search: ListSearch;
  onSearch: (search: ListSearch, replace: boolean) => void;
}

/** A list of records. The address has all of its state, so that a link or Back gives the same list. */
export function ListPage({ object, title, layout, place, star, search, onSearch }: Props) {
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
  const change = (part: ListSearch, replace = false) => onSearch({ ...search, ...(view ? { view: view.id } : {}), ...part }, replace);
  const shown = useColumns({ shape, look, changeLook, here, view, search, change: (part) => change(part, true), onSearch });
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

  const locked = useMemo(() => new Set(summary?.fields.filter((one) => one.readOnly).map((one) => one.name)), [summary]);
  const editing = useCellEditing(object, body, detail.fields, { can, mayUpdate: summary?.can.update ?? false, locked });

  const reset = (part: ListSearch) => {
    if (look.columns[here]) changeLook(withColumns(look, here, null));
    onSearch(part, true);
  };
  const clear = () => {
    if (words.current) words.current.value = "";
    onSearch(viewSearch(views, view), false);
  };
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const summarise = async () => {
    const { openSummary } = await import("~/records/summary/SummaryDialog");
    const { any, groups } = shape.conditions;
    const onGroup = any && groups.length > 0 ? null : (one: Condition) => change({ filter: toText({ any: false, groups: [...groups, [one]] }) });
    openSummary({ object, fields: detail.fields, asked, nameFields, onGroup });
  };
  const isNarrowed = shape.search !== "" || shape.conditions.groups.length > 0;
  return (
    <div className="list-page">
      <ListBar
        object={object}
        view={view?.id}
        title={title ?? detail.pluralLabel}
        star={star}
        objects={detail.pluralLabel}
        fields={detail.fields}
        shape={shape}
        mayCreate={summary?.can.create ?? false}
        mayImport={(summary?.can.create ?? false) && !isSupport()}
        words={words}
        onWords={(q) => change({ q }, true)}
        onConditions={(conditions) => change({ filter: toText(conditions) }, true)}
        onSummary={() => void summarise()}
        columns={<ColumnsMenu fields={detail.fields} shown={shown.names} pinned={shown.pinned} onChange={shown.set} onReset={shown.reset} />}
        total={count && <Total object={object} body={body} count={count} />}
      />
      <ViewTabs
        object={object}
        views={views}
        current={view}
        shape={{ ...shape, columns: shown.columns }}
        widths={look.widths}
        pinned={shown.pinned}
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
          object={object}
          label={title ?? detail.pluralLabel}
          columns={shown.columns}
          frozen={shown.frozen}
          widths={look.widths}
          onWidth={shown.setWidth}
          onMove={shown.move}
          nameField={detail.nameField}
          records={records}
          sort={shape.sort}
          selected={marked.ids}
          onSelect={(ids) => setMarked({ ids, all: null })}
          onSort={(field) => change({ sort: nextSort(shape.sort, field).join(",") })}
          onOpen={(record: Entry) => void navigate({ to: "/o/$object/$id", params: { object, id: record.id } })}
          editing={editing}
          onEnd={onEnd}
          density={choicesOf(preferences).density}
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
