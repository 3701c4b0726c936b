import "~/setup/apps/apps.css";

import { Problem } from "@freehold/client";
import { Anchor, Badge, Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";

import { api, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { AppIcon } from "~/setup/apps/icons";
import { NewAppDialog } from "~/setup/apps/NewAppDialog";
import { appsQuery, refreshApps, type App } from "~/setup/apps/queries";
import { movedIn } from "~/setup/apps/sorting/moving";
import { Sort, SortItem, SortList } from "~/setup/apps/sorting/Sortable";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { EmptyState, ErrorState, LoadingState } from "~/setup/pieces/states";

/** All apps, in the order of the menu. */
export default function AppsPage() {
  const { data: apps, isPending, error, refetch } = useQuery(appsQuery);
  const [creating, { open, close }] = useDisclosure();
  const navigate = useNavigate();
  return (
    <div className="page">
      <PageHeader title={m.apps()} description={m.apps_text()}>
        <Button onClick={open}>{m.app_new()}</Button>
      </PageHeader>
      {isPending ? (
        <LoadingState />
      ) : error && !apps ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : apps!.length === 0 ? (
        <EmptyState text={m.apps_none()}>
          <Button variant="light" onClick={open}>
            {m.app_new()}
          </Button>
        </EmptyState>
      ) : (
        <OrderedApps apps={apps!} />
      )}
      <NewAppDialog
        opened={creating}
        taken={apps?.map((one) => one.name) ?? []}
        onClose={close}
        onCreated={(app) => void navigate({ to: "/setup/apps/$app", params: { app } })}
      />
    </div>
  );
}

function OrderedApps({ apps }: { apps: App[] }) {
  const order = async (next: App[]) => {
    queries.setQueryData(appsQuery.queryKey, next);
    try {
      await queries.cancelQueries({ queryKey: appsQuery.queryKey, exact: true });
      await api.PUT("/api/v1/apps/order", { body: { apps: next.map((one) => one.name) } });
    } catch (error) {
      const reason = error instanceof Problem && error.status === 400 ? m.apps_changed() : messageOf(error);
      notifications.show({ color: "red", message: m.not_saved({ reason }) });
    }
    await refreshApps();
  };
  return (
    <Sort lists={[apps]} itemName={(place) => apps[place.at]?.label ?? ""} onMove={(from, to) => void order(movedIn(apps, from.at, to.at))}>
      <SortList list={0} label={m.apps()}>
        {apps.map((app, at) => (
          <SortItem key={app.name} place={{ list: 0, at }}>
            <Group gap="sm" wrap="nowrap">
              <AppIcon icon={app.icon} label={app.label} />
              <div style={{ minWidth: 0 }}>
                <Group gap="xs">
                  <Anchor fw={600} size="sm" renderRoot={(props) => <Link to="/setup/apps/$app" params={{ app: app.name }} {...props} />}>
                    {app.label}
                  </Anchor>
                  {!app.active && (
                    <Badge size="sm" variant="default" tt="none">
                      {m.app_inactive()}
                    </Badge>
                  )}
                </Group>
                <Text size="xs" c="dimmed">
                  {[m.app_pages_count({ count: app.pages.length }), app.description].filter((one) => one !== "").join(" · ")}
                </Text>
              </div>
            </Group>
          </SortItem>
        ))}
      </SortList>
    </Sort>
  );
}
