import { ActionIcon } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";

import { api, queries, workspaceQuery } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";

/** Makes a record one of the caller's favourites, or none any more. */
export function Star({ object, id }: { object: string; id: string }) {
  const params = { path: { object, id } };
  return <Mark kind="record" item={id} put={() => api.PUT("/api/v1/me/favourites/{object}/{id}", { params })} remove={() => api.DELETE("/api/v1/me/favourites/{object}/{id}", { params })} />;
}

/** As {@link Star}, for a saved view. */
export function ViewStar({ view }: { view: string }) {
  const params = { path: { view } };
  return <Mark kind="view" item={view} isSmall put={() => api.PUT("/api/v1/me/favourites/views/{view}", { params })} remove={() => api.DELETE("/api/v1/me/favourites/views/{view}", { params })} />;
}

interface MarkProps {
  kind: "record" | "view";
  item: string;
  isSmall?: boolean;
  put: () => Promise<unknown>;
  remove: () => Promise<unknown>;
}

function Mark({ kind, item, isSmall = false, put, remove }: MarkProps) {
  const { data: workspace } = useQuery(workspaceQuery);
  const isMarked = workspace?.favourites.some((one) => one.kind === kind && one.item === item) ?? false;
  const toggle = async () => {
    try {
      await (isMarked ? remove() : put());
    } catch (failure) {
      notifications.show({ color: "red", message: messageOf(failure) });
    }
    await queries.invalidateQueries({ queryKey: workspaceQuery.queryKey });
  };
  return (
    <ActionIcon {...(isSmall ? { variant: "subtle", color: "gray" } : { variant: "default" })} className="no-print" aria-label={m.welcome_favourite()} aria-pressed={isMarked} onClick={() => void toggle()}>
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
