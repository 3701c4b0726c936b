import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { api } from "~/api";
import { NotFound } from "~/app/NotFound";
import { labelOf } from "~/fields/labels";
import type { FilterJson } from "~/filters/filter";
import { ListPage, type ListLayout } from "~/records/list/ListPage";
import { PageStar } from "~/records/record/Star";

const route = getRouteApi("/shell/a/$app/$page");

/** A list page of an app: its columns, its order, and which records it shows. */
export default function AppPage() {
  const { app, page } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data } = useSuspenseQuery({
    queryKey: ["page", app, page],
    queryFn: async () => (await api.GET("/api/v1/apps/{app}/pages/{page}", { params: { path: { app, page } } })).data!,
    staleTime: 60_000,
  });
  if (data.type !== "list" || data.object === null) return <NotFound />;
  return (
    <ListPage
      key={`${app}/${page}`}
      object={data.object}
      title={labelOf(data)}
      place={`${app}/${page}`}
      layout={layoutOf(data.layout)}
      star={<PageStar app={app} page={page} />}
      search={search}
      onSearch={(next, replace) => void navigate({ search: next, replace })}
    />
  );
}

function layoutOf(layout: Record<string, unknown>): ListLayout {
  const texts = (value: unknown) => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : []);
  return {
    columns: texts(layout.columns),
    sort: texts(layout.sort),
    filter: typeof layout.filter === "object" && layout.filter !== null ? (layout.filter as FilterJson) : {},
  };
}
