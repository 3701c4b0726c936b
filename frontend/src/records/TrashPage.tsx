import "@mantine/core/styles/Table.css";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Checkbox.css";

import { Alert, Anchor, Button, Checkbox, Group, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { api, objectQuery, type Can, type Entry, type RecordPage } from "~/api";
import { messageOf } from "~/app/messages";
import { moment, nameOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { BulkBar } from "~/records/bulk/BulkBar";
import { act, tell, tellFailure } from "~/records/bulk/run";
import { NOTHING_MARKED, useBulk, type Marked } from "~/records/bulk/useBulk";
import { currentStyle } from "~/records/style";

const route = getRouteApi("/shell/o/$object/trash");

/** Deleted records, which can be restored or deleted permanently: one, some, or all. */
export default function TrashPage() {
  const { object } = route.useParams();
  const { data: detail } = useSuspenseQuery(objectQuery(object));
  const [marked, setMarked] = useState<Marked>(NOTHING_MARKED);
  const trash = useTrash(object);
  const bulk = useBulk(object, marked, trash.can, () => setMarked(NOTHING_MARKED));
  const { records, can } = trash;
  const mayRestore = records.some((one) => can.get(one.id)?.restore);
  const mayDestroy = records.some((one) => can.get(one.id)?.destroy);
  const all = records.length > 0 && marked.ids.size >= records.length;
  const restore = (id: string) =>
    act(object, "restore", { kind: "some", ids: [id] }).then((outcome) => tell(object, "restore", outcome), tellFailure);
  const toggle = (id: string) => {
    const ids = new Set(marked.ids);
    if (!ids.delete(id)) ids.add(id);
    setMarked({ ids, all: null });
  };
  return (
    <div className="page">
      <Anchor size="sm" renderRoot={(props) => <Link to="/o/$object" params={{ object }} {...props} />}>
        {detail.pluralLabel}
      </Anchor>
      <Title order={1} mb="md">
        {m.trash_of({ objects: detail.pluralLabel })}
      </Title>
      {marked.ids.size > 0 && (
        <BulkBar marked={marked} shown={records.length} matching={trash.hasNextPage ? { value: records.length, capped: true } : null} onAll={() => setMarked({ ...marked, all: { filter: {} } })} onClear={() => setMarked(NOTHING_MARKED)}>
          {mayRestore && (
            <Button size="compact-sm" variant="light" loading={bulk.busy === "restore"} onClick={bulk.restore}>
              {m.restore()}
            </Button>
          )}
          {mayDestroy && (
            <Button size="compact-sm" variant="light" color="red" loading={bulk.busy === "destroy"} onClick={bulk.destroy}>
              {m.destroy()}
            </Button>
          )}
        </BulkBar>
      )}
      {trash.isError && (
        <Alert color="red" role="alert">
          {messageOf(trash.error)}{" "}
          <Button size="xs" variant="light" onClick={() => void (records.length > 0 ? trash.fetchNextPage() : trash.refetch())}>
            {m.retry()}
          </Button>
        </Alert>
      )}
      {records.length === 0 && !trash.isError && (
        <Text className="empty" role="status">
          {trash.isPending ? m.loading() : m.trash_empty()}
        </Text>
      )}
      {records.length > 0 && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={40}>
                {(mayRestore || mayDestroy) && (
                  <Checkbox
                    size="xs"
                    aria-label={m.trash_select_all()}
                    checked={all}
                    indeterminate={!all && marked.ids.size > 0}
                    onChange={() => setMarked(all ? NOTHING_MARKED : { ids: new Set(records.map((one) => one.id)), all: null })}
                  />
                )}
              </Table.Th>
              <Table.Th>{detail.label}</Table.Th>
              <Table.Th>{m.trash_deleted_at()}</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {records.map((record) => {
              const name = (detail.nameField ? String(record[detail.nameField] ?? "") : "") || nameOf(record);
              const mine = can.get(record.id) ?? {};
              return (
                <Table.Tr key={record.id}>
                  <Table.Td>{(mine.restore || mine.destroy) && <Checkbox size="xs" aria-label={m.select_row({ name })} checked={marked.ids.has(record.id)} onChange={() => toggle(record.id)} />}</Table.Td>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>{name}</Table.Td>
                  <Table.Td c="dimmed">{typeof record.deleted_at === "string" ? moment(record.deleted_at, currentStyle()) : ""}</Table.Td>
                  <Table.Td ta="end">
                    {mine.restore && (
                      <Button size="compact-sm" variant="light" aria-label={m.trash_restore({ name })} onClick={() => void restore(record.id)}>
                        {m.restore()}
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      )}
      {trash.hasNextPage && (
        <Group mt="md">
          <Button variant="light" onClick={() => void trash.fetchNextPage()} loading={trash.isFetchingNextPage}>
            {m.more()}
          </Button>
        </Group>
      )}
    </div>
  );
}

function useTrash(object: string) {
  const query = useInfiniteQuery({
    queryKey: ["trash", object],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const params = { path: { object }, query: { limit: 50, include: "can" as const, ...(pageParam === undefined ? {} : { cursor: pageParam }) } };
      const { data } = await api.GET("/api/v1/data/{object}/trash", { params, signal });
      return data as unknown as RecordPage;
    },
    getNextPageParam: (last) => last.page.next ?? undefined,
  });
  const records = useMemo(() => query.data?.pages.flatMap((page): Entry[] => page.data) ?? [], [query.data]);
  const can = useMemo(() => new Map(query.data?.pages.flatMap((page) => page.data.map((one, at): [string, Can] => [one.id, page.can?.[at] ?? {}])) ?? []), [query.data]);
  return { ...query, records, can };
}
