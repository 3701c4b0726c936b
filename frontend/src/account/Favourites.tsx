import "~/setup/setup.css";

import { CloseButton, Group, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";

import { api, queries, workspaceQuery, type Workspace } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { removeFavourite } from "~/records/record/Star";
import { MoveButtons, useDragOrder } from "~/setup/pieces/reorder";

type Favourite = Workspace["favourites"][number];

/** What the user has marked with a star, in their own order. */
export function Favourites() {
  const { data: workspace } = useQuery(workspaceQuery);
  const favourites = workspace?.favourites ?? [];
  const act = async (change: () => Promise<unknown>) => {
    try {
      await change();
    } catch (failure) {
      notifications.show({ color: "red", message: messageOf(failure) });
    }
    await queries.invalidateQueries({ queryKey: workspaceQuery.queryKey });
  };
  const move = (from: number, to: number) => {
    const moved = [...favourites];
    moved.splice(to, 0, ...moved.splice(from, 1));
    queries.setQueryData<Workspace>(workspaceQuery.queryKey, (before) => before && { ...before, favourites: moved }); // another move may follow at once
    void act(() => api.PUT("/api/v1/me/favourites/order", { body: { favourites: moved.map((one) => one.id) } }));
  };
  const { row, handle } = useDragOrder(move);
  const nameOf = (one: Favourite) => one.label || one.item.slice(0, 8);
  return (
    <section aria-label={m.welcome_favourites()}>
      <Title order={2} mb="sm">
        {m.welcome_favourites()}
      </Title>
      {favourites.length === 0 ? (
        <Text size="sm" c="dimmed">
          {m.favourites_none({ keys: "Ctrl K" })}
        </Text>
      ) : (
        <ul className="setup-rows">
          {favourites.map((one, at) => (
            <li key={one.id} {...row(at)}>
              <Group wrap="nowrap" gap="xs">
                <span {...handle(at)}>⠿</span>
                <Text size="sm" style={{ flex: 1, minWidth: 0, overflowWrap: "anywhere" }}>
                  {nameOf(one)}
                </Text>
                <MoveButtons name={nameOf(one)} at={at} count={favourites.length} onMove={move} />
                <CloseButton aria-label={m.favourites_remove({ name: nameOf(one) })} onClick={() => void act(() => removeFavourite(one))} />
              </Group>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
