import "@mantine/core/styles/List.css";

import { Button, List, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import { api, type Field } from "~/api";
import { messageOf } from "~/app/messages";
import { moment, textOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";

interface Event {
  version: number;
  action: string;
  at: string;
  by: { id: string; name: string } | null;
  changes: { field: string; from: unknown; to: unknown }[];
}

interface Page {
  data: Event[];
  page: { next: string | null };
}

const ACTIONS: Record<string, () => string> = {
  create: m.history_create,
  update: m.history_update,
  delete: m.history_delete,
  restore: m.history_restore,
};

/** Who changed what, and when; the latest first. */
export function HistoryPanel({ object, id, fields }: { object: string; id: string; fields: ReadonlyMap<string, Field> }) {
  const style = currentStyle();
  const history = useInfiniteQuery({
    queryKey: ["history", object, id],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) => {
      const query = pageParam === undefined ? {} : { cursor: pageParam };
      const { data } = await api.GET("/api/v1/data/{object}/{id}/history", { params: { path: { object, id }, query } });
      return data as unknown as Page;
    },
    getNextPageParam: (last) => last.page.next ?? undefined,
  });
  if (history.isError) return <Text role="alert">{messageOf(history.error)}</Text>;
  const events = history.data?.pages.flatMap((page) => page.data) ?? [];
  if (history.isPending) return <Text c="dimmed">{m.loading()}</Text>;
  if (events.length === 0) return <Text c="dimmed">{m.history_empty()}</Text>;
  const text = (field: string, value: unknown) => textOf(value, fields.get(field) ?? { name: field, type: "text" }, style) || "–";
  return (
    <Stack>
      {events.map((one) => (
        <div key={`${one.version} ${one.action}`}>
          <Text size="sm">
            <b>{one.by?.name || m.nobody()}</b> {(ACTIONS[one.action] ?? m.history_update)()}{" "}
            <Text span c="dimmed" size="sm">
              {moment(one.at, style)}
            </Text>
          </Text>
          <List size="sm" withPadding>
            {one.changes.map((change) => (
              <List.Item key={change.field}>
                {fields.get(change.field)?.label ?? change.field}: {text(change.field, change.from)} → {text(change.field, change.to)}
              </List.Item>
            ))}
          </List>
        </div>
      ))}
      {history.hasNextPage && (
        <Button variant="light" size="xs" onClick={() => void history.fetchNextPage()} loading={history.isFetchingNextPage}>
          {m.more()}
        </Button>
      )}
    </Stack>
  );
}
