import "~/records/list/list.css";

import { ActionIcon, Button, Menu, Text, VisuallyHidden } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense } from "react";

import { api, type View } from "~/api";
import { messageOf } from "~/app/messages";
import { both, toJson, type FilterJson } from "~/filters/filter";
import { m } from "~/paraglide/messages";
import type { ListSearch } from "~/records/list/search";
import type { ListShape } from "~/records/list/shape";
import type { ViewName } from "~/records/list/ViewNameForm";
import { isChanged, mayChange, reordered, viewSearch } from "~/records/list/views";
import { ViewStar } from "~/records/record/Star";
import { number } from "~/records/style";

const ViewNameForm = lazy(() => import("~/records/list/ViewNameForm"));
const VIEW_NAME = "view-name";

interface Props {
  object: string;
  views: View[];
  current: View | undefined;
  shape: ListShape;
  widths: Record<string, number>;
  pinned: string[];
  search: ListSearch;
  permissions: readonly string[];
  /** What the page filters by, whatever the view. */
  pageFilter: FilterJson;
  /** Whether the first rows are there: numbers are asked for after them. */
  isReady: boolean;
  onSearch: (search: ListSearch) => void;
  onReset: () => void;
}

/** The saved views of the list. Changes stay the user's own until they are saved. */
export function ViewTabs({ object, views, current, shape, widths, pinned, search, permissions, pageFilter, isReady, onSearch, onReset }: Props) {
  const client = useQueryClient();
  const counts = useCounts(object, views, pageFilter, isReady);
  const changed = isChanged(search);
  const canUpdate = current !== undefined && mayChange(current, permissions);
  const content = {
    columns: shape.columns.map((one) => one.name),
    sort: shape.sort,
    filter: both(current?.filter ?? {}, toJson(shape.conditions)),
    widths,
    pinned: pinned.filter((one) => shape.columns.some((column) => column.name === one)),
  };
  const refresh = () => client.invalidateQueries({ queryKey: ["views", object] });
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      notifications.show({ color: "red", message: m.not_saved({ reason: messageOf(error) }) });
    }
    await refresh();
  };
  const patch = (view: View, body: object) => api.PATCH("/api/v1/views/{view}", { params: { path: { view: view.id } }, body: body as never });

  const saveNew = () =>
    askForName(m.save_view(), undefined, async ({ label }) => {
      const { data } = await api.POST("/api/v1/views", { body: { object, label, ...content } as never });
      await refresh();
      onSearch({ view: (data as unknown as View).id, ...(search.q ? { q: search.q } : {}) });
    });
  const update = () =>
    attempt(async () => {
      await patch(current!, content);
      await refresh();
      await client.invalidateQueries({ queryKey: ["records", object, "counts"] });
      onSearch({ view: current!.id, ...(search.q ? { q: search.q } : {}) });
    });
  const rename = (view: View) =>
    askForName(m.list_view_rename(), client.getQueryData<View[]>(["views", object])?.find((one) => one.id === view.id), async (name) => {
      await patch(view, name);
      await refresh();
    });
  const remove = (view: View) =>
    modals.openConfirmModal({
      title: m.list_view_delete_title({ name: view.label }),
      children: <Text size="sm">{view.roles.length > 0 ? m.list_view_shared() : m.list_view_delete_text()}</Text>,
      labels: { confirm: m.delete_view(), cancel: m.cancel() },
      confirmProps: { color: "red" },
      onConfirm: () =>
        void attempt(async () => {
          await api.DELETE("/api/v1/views/{view}", { params: { path: { view: view.id } } });
          onSearch(viewSearch(views.filter((one) => one.id !== view.id), undefined));
        }),
    });
  const move = (view: View, by: -1 | 1) => {
    const ids = reordered(views, view.id, by, permissions);
    if (ids) void attempt(() => api.PUT("/api/v1/views/order", { body: { object, views: ids } as never }));
  };

  return (
    <div className="view-bar no-print">
      <nav className="view-tabs" aria-label={m.views()}>
        {[undefined, ...views].map((view) => {
          const isCurrent = view?.id === current?.id;
          return (
            <button key={view?.id ?? ""} type="button" className="view-tab" aria-current={isCurrent ? "true" : undefined} onClick={() => onSearch(viewSearch(views, view))}>
              <span className="view-name">{view?.label ?? m.all_records()}</span>
              <Count of={counts?.get(view?.id ?? "")} />
              {isCurrent && changed && (
                <>
                  <span className="view-changed" aria-hidden title={m.list_changed()} />
                  <VisuallyHidden> ({m.list_changed()})</VisuallyHidden>
                </>
              )}
            </button>
          );
        })}
      </nav>
      {changed && (
        <>
          {canUpdate && (
            <Button size="compact-sm" variant="light" onClick={() => void update()}>
              {m.update_view()}
            </Button>
          )}
          <Button size="compact-sm" variant={canUpdate ? "subtle" : "light"} onClick={saveNew}>
            {m.save_view()}
          </Button>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={onReset}>
            {m.list_reset()}
          </Button>
        </>
      )}
      {current && <ViewStar view={current.id} />}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={m.list_view_menu()} title={m.list_view_menu()}>
            ⋯
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={saveNew}>{m.save_view()}</Menu.Item>
          {current && <Menu.Item onClick={() => void attempt(() => patch(current, { default: !current.default }))}>{current.default ? m.list_view_no_default() : m.list_view_default()}</Menu.Item>}
          {current && canUpdate && (
            <>
              <Menu.Item onClick={() => rename(current)}>{m.list_view_rename()}</Menu.Item>
              {reordered(views, current.id, -1, permissions) && <Menu.Item onClick={() => move(current, -1)}>{m.list_view_left()}</Menu.Item>}
              {reordered(views, current.id, 1, permissions) && <Menu.Item onClick={() => move(current, 1)}>{m.list_view_right()}</Menu.Item>}
              <Menu.Item color="var(--mantine-color-error)" onClick={() => remove(current)}>
                {m.delete_view()}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

interface Counted {
  value?: number;
  capped?: boolean;
}

/** A number that could not be counted is left out. */
function Count({ of }: { of: Counted | undefined }) {
  if (of?.value === undefined) return null;
  return <span className="view-count">{of.capped ? `${number(of.value)}+` : number(of.value)}</span>;
}

/** The numbers of the views, and of all, in one request. */
function useCounts(object: string, views: readonly View[], pageFilter: FilterJson, isReady: boolean): Map<string, Counted> | undefined {
  const ids = views.slice(0, 19).map((one) => one.id);
  const filter = Object.keys(pageFilter).length > 0 ? { filter: pageFilter } : {};
  const counts = useQuery({
    queryKey: ["records", object, "counts", ids, pageFilter],
    enabled: isReady && ids.length > 0,
    queryFn: async ({ signal }) => {
      const wanted = [{ object, ...filter }, ...ids.map((view) => ({ object, view, ...filter }))];
      const { data } = await api.POST("/api/v1/counts", { body: { counts: wanted } as never, signal });
      return data!.counts as Counted[];
    },
    placeholderData: (before) => before,
    staleTime: 60_000,
  });
  return counts.data && new Map(["", ...ids].map((id, at) => [id, counts.data[at]!]));
}

function askForName(title: string, view: View | undefined, onSave: (name: ViewName) => Promise<void>): void {
  modals.open({
    modalId: VIEW_NAME,
    title,
    children: (
      <Suspense>
        <ViewNameForm view={view} onSave={(name) => onSave(name).then(() => modals.close(VIEW_NAME))} />
      </Suspense>
    ),
  });
}
