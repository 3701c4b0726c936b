import { createSpotlight, Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

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
  return (
    <Spotlight
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={["mod + K"]}
      tagsToIgnore={[]} // also inside of forms
      actions={[found, favourites, recents, pages, creations, settings, help].filter((group) => group.actions.length > 0)}
      nothingFound={records.isFetching ? m.loading() : m.nothing_found()}
      limit={30}
      scrollable
      searchProps={{ placeholder: m.go_to(), "aria-label": m.go_to() }}
    />
  );
}
