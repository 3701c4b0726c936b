import { useDebouncedCallback } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";

import { api, type View } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { lookOf, type Look } from "~/records/list/columns";

/** The view, if widths and pinned columns belong to it: nobody else sees it. */
function ownOf(view: View | undefined): View | undefined {
  return view?.mine && view.roles.length === 0 ? view : undefined;
}

/** How the columns of the list look: as one's own view has them, otherwise as the user has set them for the object. */
export function useLook(object: string, view: View | undefined, preferences: Record<string, unknown>): { look: Look; change: (look: Look) => void } {
  const client = useQueryClient();
  const own = ownOf(view);
  const key = `list.${object}`;
  const kept = lookOf(preferences[key]);
  const widths = own ? { ...kept.widths, ...own.widths } : { ...view?.widths, ...kept.widths };
  const pinned = own ? own.pinned : (kept.pinned ?? view?.pinned ?? []);

  const failed = (error: unknown) => notifications.show({ color: "red", message: m.list_unlike({ reason: messageOf(error) }) });
  const keepInView = useDebouncedCallback((id: string, next: Look) => {
    const body = { widths: next.widths, pinned: next.pinned ?? [] };
    api.PATCH("/api/v1/views/{view}", { params: { path: { view: id } }, body: body as never }).catch(failed);
  }, 500);
  const keepForUser = useDebouncedCallback((next: Look) => {
    api.PUT("/api/v1/me/preferences/{key}", { params: { path: { key } }, body: { value: next } as never }).catch(failed);
  }, 500);

  const change = (next: Look) => {
    if (own) {
      client.setQueryData(["views", object], (views: View[] | undefined) => views?.map((one) => (one.id === own.id ? { ...one, widths: next.widths, pinned: next.pinned ?? [] } : one)));
      keepInView(own.id, next);
    }
    if (!own || next.columns !== kept.columns) {
      const mine = own ? { ...kept, columns: next.columns } : next;
      client.setQueryData(["preferences"], (all: Record<string, unknown> | undefined) => ({ ...all, [key]: mine }));
      keepForUser(mine);
    }
  };
  return { look: { columns: kept.columns, widths, pinned }, change };
}
