import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";

import { ActionIcon, AppShell, Burger, Group, NavLink, Select, Text, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useLayoutEffect } from "react";

import { navigationQuery, workspaceQuery, type Navigation } from "~/api";
import { followLanguage } from "~/app/language";
import { choicesOf, choose, currentChoices, preferencesQuery } from "~/app/preferences";
import { m } from "~/paraglide/messages";
import { AccountMenu } from "~/shell/AccountMenu";
import { openKeys, useKeys } from "~/shell/keys";
import { openPalette, Palette } from "~/shell/Palette";

const SetupNav = lazy(() => import("~/setup/SetupNav"));
const Bars = lazy(() => import("~/shell/Bars"));
const SignInAgain = lazy(() => import("~/session/SignInAgain"));

/** The frame of all pages behind sign-in: the app's pages, the palette, the account's menu. */
export default function Shell() {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const [opened, { toggle, close }] = useDisclosure();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(close, [path, close]);
  useKeys({ "?": openKeys });

  return (
    <ModalsProvider labels={{ confirm: m.save(), cancel: m.cancel() }}>
      <Notifications position="bottom-right" />
      <Frame navigation={navigation} opened={opened} toggle={toggle} />
    </ModalsProvider>
  );
}

function Frame({ navigation, opened, toggle }: { navigation: Navigation; opened: boolean; toggle: () => void }) {
  const { data: workspace } = useQuery(workspaceQuery);
  const { theme } = choicesOf(useQuery(preferencesQuery).data);
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (workspace) followLanguage(workspace);
  }, [workspace]);
  // Mantine keeps a copy in the browser, so that a page begins in the theme that was chosen last.
  useLayoutEffect(() => setColorScheme(theme), [theme, setColorScheme]);
  const isSetup = useRouterState({ select: (state) => /^\/setup(\/|$)/.test(state.location.pathname) });
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 230, breakpoint: "sm", collapsed: { mobile: !opened } }}
      layout="default"
    >
      <a className="skip" href="#content">
        {m.skip()}
      </a>
      <AppShell.Header className="no-print">
        <Group h="100%" px="sm" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={m.menu()} aria-expanded={opened} />
            {workspace?.tenant.logo && <img src={workspace.tenant.logo} alt="" className="shell-logo" />}
            <Text fw={600} truncate>
              {workspace?.tenant.displayName ?? navigation.tenant.name}
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <UnstyledButton onClick={openPalette} visibleFrom="xs" c="dimmed" fz="sm" px="sm" py={4} bd="1px solid var(--mantine-color-default-border)" style={{ borderRadius: 4 }}>
              {m.go_to()} <kbd>Ctrl K</kbd>
            </UnstyledButton>
            <ActionIcon variant="default" onClick={openPalette} hiddenFrom="xs" aria-label={m.go_to()}>
              ⌕
            </ActionIcon>
            <AccountMenu navigation={navigation} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" className="no-print" data-closed={!opened} style={{ overflowY: "auto" }}>
        {isSetup ? (
          <Suspense>
            <SetupNav navigation={navigation} />
          </Suspense>
        ) : (
          <Pages navigation={navigation} />
        )}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} h="100dvh" style={{ display: "flex", flexDirection: "column" }}>
        <Suspense>
          <Bars navigation={navigation} />
        </Suspense>
        <div style={{ flex: 1, minHeight: 0, overflow: "auto" }}>
          <Outlet />
        </div>
      </AppShell.Main>
      <Palette navigation={navigation} />
      <Suspense>
        <SignInAgain email={navigation.user.email} />
      </Suspense>
    </AppShell>
  );
}

function Pages({ navigation }: { navigation: Navigation }) {
  const params = useParams({ strict: false }) as { app?: string; page?: string; object?: string };
  const navigate = useNavigate();
  const kept = params.app ?? currentChoices().app;
  const app = navigation.apps.find((one) => one.name === kept) ?? navigation.apps[0];
  const isKnown = navigation.apps.some((one) => one.name === params.app);
  useEffect(() => {
    if (params.app && isKnown) void choose("app", params.app).catch(() => undefined); // only where the next visit begins
  }, [params.app, isKnown]);
  const open = (name: string | null) => {
    const next = navigation.apps.find((one) => one.name === name);
    const page = next?.pages.find((one) => one.type === "list");
    if (next && page) void navigate({ to: "/a/$app/$page", params: { app: next.name, page: page.name } });
  };
  const grouped = new Set(app?.navigation.flatMap((group) => group.pages));
  const rest = app?.pages.filter((page) => page.type === "list" && !grouped.has(page.name)) ?? [];
  const groups = [...(app?.navigation ?? []), ...(rest.length > 0 ? [{ label: "", pages: rest.map((one) => one.name) }] : [])];
  const paged = new Set(app?.pages.flatMap((page) => (page.type === "list" ? [page.object] : [])));
  const others = navigation.objects.filter((one) => one.can.read && !paged.has(one.name));

  return (
    <nav aria-label={m.apps()}>
      {navigation.apps.length > 1 && (
        <Select
          aria-label={m.apps()}
          size="sm"
          mb="xs"
          allowDeselect={false}
          data={navigation.apps.map((one) => ({ value: one.name, label: one.label }))}
          value={app?.name ?? null}
          onChange={open}
        />
      )}
      {app &&
        groups.map((group) => (
          <div key={group.label}>
            {group.label !== "" && <GroupLabel text={group.label} />}
            {group.pages.map((name) => {
              const page = app.pages.find((one) => one.name === name);
              if (page?.type !== "list") return null;
              const active = params.app === app.name ? params.page === name : page.object === params.object && isFirst(app.pages, page);
              return (
                <NavLink
                  key={name}
                  label={page.label}
                  active={active}
                  aria-current={active ? "page" : undefined}
                  renderRoot={(props) => <Link to="/a/$app/$page" params={{ app: app.name, page: name }} {...props} />}
                />
              );
            })}
          </div>
        ))}
      {others.length > 0 && <GroupLabel text={m.objects()} />}
      {others.map((one) => {
        const active = params.object === one.name;
        return (
          <NavLink
            key={one.name}
            label={one.pluralLabel}
            active={active}
            aria-current={active ? "page" : undefined}
            renderRoot={(props) => <Link to="/o/$object" params={{ object: one.name }} {...props} />}
          />
        );
      })}
    </nav>
  );
}

/** Whether a page is the first list of its object, which stands for its records in the menu. */
function isFirst(pages: { name: string; type: string; object?: string | null }[], page: { name: string; object?: string | null }): boolean {
  return pages.find((one) => one.type === "list" && one.object === page.object)?.name === page.name;
}

function GroupLabel({ text }: { text: string }) {
  return (
    <Text size="xs" c="dimmed" fw={600} px="sm" pt="sm" pb={4}>
      {text}
    </Text>
  );
}
