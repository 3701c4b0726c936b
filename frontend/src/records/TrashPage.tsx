import "@mantine/core/styles/Table.css";

import { Button, Group, Table, Text, Title } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { api, navigationQuery, objectQuery, type Entry } from "~/api";
import { messageOf } from "~/app/messages";
import { moment, nameOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { refresh } from "~/records/deleting";
import { currentStyle } from "~/records/style";

const route = getRouteApi("/shell/o/$object/trash");

interface Page {
  data: Entry[];
  page: { next: string | null };
}

/** Deleted records, which can be restored or deleted permanently. */
export default function TrashPage() {
  const { object } = route.useParams();
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const { data: detail } = useSuspenseQuery(objectQuery(object));
  const can = navigation.objects.find((one) => one.name === object)?.can;
  const style = currentStyle();
  const trash = useInfiniteQuery({
    queryKey: ["trash", object],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) => {
      const query = { limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) };
      const { data } = await api.GET("/api/v1/data/{object}/trash", { params: { path: { object }, query } });
      return data as unknown as Page;
    },
    getNextPageParam: (last) => last.page.next ?? undefined,
  });
  const act = async (work: () => Promise<unknown>, message: string) => {
    try {
      await work();
      notifications.show({ message });
    } catch (error) {
      notifications.show({ color: "red", message: messageOf(error) });
    }
    await refresh(object);
  };
  const restore = (id: string) =>
    act(() => api.POST("/api/v1/data/{object}/{id}/restore", { params: { path: { object, id } } }), m.restored({ count: 1 }));
  const destroy = (id: string, name: string) =>
    modals.openConfirmModal({
      title: m.confirm_destroy({ count: name }),
      labels: { confirm: m.destroy(), cancel: m.cancel() },
      confirmProps: { color: "red" },
      onConfirm: () =>
        void act(
          () => api.DELETE("/api/v1/data/{object}/{id}", { params: { path: { object, id }, query: { permanent: true } } }),
          m.deleted({ count: 1 }),
        ),
    });
  const records = trash.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <div className="page">
      <Title order={1} mb="md">
        {m.trash()}: {detail.pluralLabel}
      </Title>
      {trash.isError && <Text role="alert">{messageOf(trash.error)}</Text>}
      {!trash.isPending && records.length === 0 && <Text className="empty">{m.trash_empty()}</Text>}
      {records.length > 0 && (
        <Table>
          <Table.Tbody>
            {records.map((record) => {
              const name = (detail.nameField ? String(record[detail.nameField] ?? "") : "") || nameOf(record);
              return (
                <Table.Tr key={record.id}>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td c="dimmed">{typeof record.deleted_at === "string" ? moment(record.deleted_at, style) : ""}</Table.Td>
                  <Table.Td>
                    <Group justify="flex-end" gap="xs">
                      {can?.delete && (
                        <>
                          <Button size="compact-sm" variant="light" onClick={() => void restore(record.id)}>
                            {m.restore()}
                          </Button>
                          <Button size="compact-sm" variant="subtle" color="red" onClick={() => destroy(record.id, name)}>
                            {m.destroy()}
                          </Button>
                        </>
                      )}
                    </Group>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      )}
      {trash.hasNextPage && (
        <Button mt="md" variant="light" onClick={() => void trash.fetchNextPage()} loading={trash.isFetchingNextPage}>
          {m.more()}
        </Button>
      )}
    </div>
  );
}
