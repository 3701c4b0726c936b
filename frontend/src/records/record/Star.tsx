import { ActionIcon } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";

import { api, queries, workspaceQuery, type Workspace } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";

type Item = Workspace["favourites"][number];

/** Makes a record one of the caller's favourites, or none any more. */
export function Star({ object, id }: { object: string; id: string }) {
  return <Mark isIt={(one) => one.kind === "record" && one.item === id} put={() => api.PUT("/api/v1/me/favourites/{object}/{id}", { params: { path: { object, id } } })} />;
}

/** As {@link Star}, for a saved view. */
export function ViewStar({ view }: { view: string }) {
  return <Mark isIt={(one) => one.kind === "view" && one.item === view} isSmall put={() => api.PUT("/api/v1/me/favourites/views/{view}", { params: { path: { view } } })} />;
}

/** As {@link Star}, for a page of an app. */
export function PageStar({ app, page }: { app: string; page: string }) {
  return <Mark isIt={(one) => one.kind === "page" && one.app === app && one.page === page} isSmall put={() => api.PUT("/api/v1/me/favourites/pages/{app}/{page}", { params: { path: { app, page } } })} />;
}

/** Takes the star away from whatever has it. */
export function removeFavourite({ kind, item, object, app, page }: Item): Promise<unknown> {
  if (kind === "page") return api.DELETE("/api/v1/me/favourites/pages/{app}/{page}", { params: { path: { app: app!, page: page! } } });
  if (kind === "view") return api.DELETE("/api/v1/me/favourites/views/{view}", { params: { path: { view: item } } });
  return api.DELETE("/api/v1/me/favourites/{object}/{id}", { params: { path: { object: object!, id: item } } });
}

interface MarkProps {
  isIt: (item: Item) => boolean;
  isSmall?: boolean;
  put: () => Promise<unknown>;
}

function Mark({ isIt, isSmall = false, put }: MarkProps) {
  const { data: workspace } = useQuery(workspaceQuery);
  const marked = workspace?.favourites.find(isIt);
  const toggle = async () => {
    try {
      await (marked ? removeFavourite(marked) : put());
    } catch (failure) {
      notifications.show({ color: "red", message: messageOf(failure) });
    }
    await queries.invalidateQueries({ queryKey: workspaceQuery.queryKey });
  };
  return (
    <ActionIcon {...(isSmall ? { variant: "subtle", color: "gray" } : { variant: "default" })} className="no-print" aria-label={m.welcome_favourite()} aria-pressed={marked !== undefined} onClick={() => void toggle()}>
      <span aria-hidden>{marked ? "★" : "☆"}</span>
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
