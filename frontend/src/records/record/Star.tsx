import { ActionIcon } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";

import { api, queries, workspaceQuery } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";

/** Makes a record one of the caller's favourites, or none any more. */
export function Star({ object, id }: { object: string; id: string }) {
  const { data: workspace } = useQuery(workspaceQuery);
  const isMarked = workspace?.favourites.some((one) => one.kind === "record" && one.item === id) ?? false;
  const toggle = async () => {
    const params = { path: { object, id } };
    try {
      if (isMarked) await api.DELETE("/api/v1/me/favourites/{object}/{id}", { params });
      else await api.PUT("/api/v1/me/favourites/{object}/{id}", { params });
    } catch (failure) {
      notifications.show({ color: "red", message: messageOf(failure) });
    }
    await queries.invalidateQueries({ queryKey: workspaceQuery.queryKey });
  };
  return (
    <ActionIcon variant="default" className="no-print" aria-label={m.welcome_favourite()} aria-pressed={isMarked} onClick={() => void toggle()}>
      <span aria-hidden>{isMarked ? "★" : "☆"}</span>
    </ActionIcon>
  );
}

/** Notes that a record was seen. Nothing depends on it: failures are not shown. */
export async function noteRecent(object: string, id: string): Promise<void> {
  try {
    await api.PUT("/api/v1/me/recents/{object}/{id}", { params: { path: { object, id } } });
    await queries.invalidateQueries({ queryKey: workspaceQuery.queryKey });
  } catch {
    // The record may be gone, or the connection.
  }
}
