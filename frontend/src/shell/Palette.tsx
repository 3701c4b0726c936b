import { createSpotlight, Spotlight, useSpotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";

import { api, workspaceQuery, type Navigation, type Workspace } from "~/api";
import { m } from "~/paraglide/messages";
import { openSections } from "~/setup/sections";

const [store, palette] = createSpotlight();

export function openPalette(): void {
  palette.open();
}

/** Pages, records by their words, and what can be created. */
export function Palette({ navigation }: { navigation: Navigation }) {
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  const [settled] = useDebouncedValue(query.trim(), 200);
  const { data: workspace } = useQuery(workspaceQuery);
  const labels = new Map(navigation.objects.map((one) => [one.name, one.label]));
  const records = useQuery({
    queryKey: ["palette", settled],
    enabled: settled.length >= 2,
    ...(settled.length >= 2 ? { placeholderData: keepPreviousData } : {}),
    queryFn: async ({ signal }) => (await api.GET("/api/v1/search", { params: { query: { q: settled, limit: 10 } }, signal })).data!.data,
  });

  const pages: SpotlightActionGroupData = {
    group: m.apps(),
    actions: navigation.apps.flatMap((app) =>
      app.pages
        .filter((page) => page.type === "list")
        .map((page) => ({
          id: `page ${app.name} ${page.name}`,
          label: page.label,
          description: app.label,
          onClick: () => void navigate({ to: "/a/$app/$page", params: { app: app.name, page: page.name } }),
        })),
    ),
  };
  const creations: SpotlightActionGroupData = {
    group: m.new_(),
    actions: navigation.objects
      .filter((one) => one.can.create)
      .map((one) => ({
        id: `new ${one.name}`,
        label: m.new_record({ object: one.label }),
        onClick: () => void navigate({ to: "/o/$object/new", params: { object: one.name } }),
      })),
  };
  const settings: SpotlightActionGroupData = {
    group: m.setup_frame_title(),
    actions: openSections(navigation.permissions).map((section) => ({
      id: `setup ${section.to}`,
      label: section.label(),
      description: m.setup_frame_title(),
      onClick: () => void navigate({ to: section.to }),
    })),
  };
  const found: SpotlightActionGroupData = {
    group: m.search(),
    actions: (records.data ?? []).map(({ object, id, label, detail }) => ({
      id,
      label: label ?? id.slice(0, 8),
      description: [labels.get(object) ?? object, detail].filter(Boolean).join(" · "),
      keywords: settled,
      onClick: () => void navigate({ to: "/o/$object/$id", params: { object, id } }),
    })),
  };
  const kept = (items: Workspace["recents"], prefix: string) =>
    items.flatMap(({ id, item, kind, label, object, app, page }) => {
      if (kind === "record" && object) {
        return [{ id: `${prefix} ${id}`, label: label || item.slice(0, 8), description: labels.get(object) ?? object, onClick: () => void navigate({ to: "/o/$object/$id", params: { object, id: item } }) }];
      }
      if (kind === "view" && object) {
        return [{ id: `${prefix} ${id}`, label, description: m.views(), onClick: () => void navigate({ to: "/o/$object", params: { object }, search: { view: item } }) }];
      }
      return app && page ? [{ id: `${prefix} ${id}`, label, onClick: () => void navigate({ to: "/a/$app/$page", params: { app, page } }) }] : [];
    });
  const favourites: SpotlightActionGroupData = { group: m.welcome_favourites(), actions: kept(workspace?.favourites ?? [], "favourite") };
  const recents: SpotlightActionGroupData = { group: m.welcome_recents(), actions: kept((workspace?.recents ?? []).slice(0, 8), "recent") };
  const help: SpotlightActionGroupData = {
    group: m.welcome_help(),
    actions: [{ id: "welcome", label: m.welcome_palette(), onClick: () => void navigate({ to: "/welcome" }) }],
  };
  const isSearching = query.trim() !== settled || records.isFetching;
  const onEnter = useSelection(query, isSearching, (records.data ?? []).map((one) => one.id).join());
  useEarlyKeys(setQuery);
  return (
    <Spotlight
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={["mod + K"]}
      tagsToIgnore={[]} // also inside of forms
      actions={[found, favourites, recents, pages, creations, settings, help].filter((group) => group.actions.length > 0)}
      nothingFound={isSearching ? m.loading() : m.nothing_found()}
      limit={30}
      scrollable
      searchProps={{ placeholder: m.go_to(), "aria-label": m.go_to(), onKeyDown: onEnter }}
    />
  );
}

const find = (selector: string) => document.getElementById(store.getState().listId)?.querySelector<HTMLElement>(selector) ?? null;

/** The action that Enter triggers. */
const selected = () => find("[data-selected]");

function selectFirst(): void {
  find("[data-action]")?.setAttribute("data-selected", "true");
  store.setState({ ...store.getState(), selected: 0 });
}

/**
 * Selects the first action whenever none is: the kit does so when something is typed, but not when results of a search
 * arrive. An Enter that was pressed before anything was found opens the first result.
 */
function useSelection(query: string, isSearching: boolean, results: string): (event: KeyboardEvent) => void {
  const waits = useRef(false);
  useEffect(() => {
    if (query === "") waits.current = false;
    else if (selected() === null) selectFirst();
    if (isSearching || !waits.current) return;
    waits.current = false;
    selected()?.click();
  }, [query, isSearching, results]);
  return (event) => {
    waits.current = event.key === "Enter" && isSearching && selected() === null;
  };
}

/** What is typed after the palette was opened and before its input has the focus belongs into the input. */
function useEarlyKeys(type: (next: (before: string) => string) => void): void {
  const { opened } = useSpotlight(store);
  useEffect(() => {
    if (!opened) return;
    const listen = (event: globalThis.KeyboardEvent) => {
      const isText = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!isText || (event.target as HTMLElement | null)?.closest("[role=dialog]")) return;
      event.preventDefault();
      event.stopPropagation();
      type((before) => before + event.key);
    };
    document.addEventListener("keydown", listen, { capture: true });
    return () => document.removeEventListener("keydown", listen, { capture: true });
  }, [opened, type]);
}
