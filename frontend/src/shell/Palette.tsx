import { createSpotlight, Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { queryRecords, type Navigation, type ObjectSummary } from "~/api";
import { nameOf } from "~/fields/format";
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
  const readable = navigation.objects.filter((one) => one.can.read);
  const records = useQuery({
    queryKey: ["palette", settled],
    enabled: settled.length >= 2,
    queryFn: async ({ signal }) => (await Promise.all(readable.slice(0, 6).map((one) => find(one, settled, signal)))).flat(),
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
    actions: (records.data ?? []).map(({ object, record }) => ({
      id: record.id,
      label: nameOf(record),
      description: object.label,
      keywords: settled,
      onClick: () => void navigate({ to: "/o/$object/$id", params: { object: object.name, id: record.id } }),
    })),
  };
  return (
    <Spotlight
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={["mod + K"]}
      actions={[found, pages, creations, settings].filter((group) => group.actions.length > 0)}
      nothingFound={records.isFetching ? m.loading() : m.nothing_found()}
      limit={20}
      scrollable
      searchProps={{ placeholder: m.go_to(), "aria-label": m.go_to() }}
    />
  );
}

async function find(object: ObjectSummary, search: string, signal: AbortSignal) {
  const fields = ["id", "version", ...(object.nameField ? [object.nameField] : [])];
  const { data } = await queryRecords(object.name, { search, limit: 3, fields }, signal);
  return data.map((record) => ({ object, record }));
}
