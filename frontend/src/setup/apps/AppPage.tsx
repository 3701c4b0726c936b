import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Switch.css";
import "~/setup/apps/apps.css";

import { Problem } from "@freehold/client";
import { Button, Menu, Stack, Switch, Textarea, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { api, navigationQuery } from "~/api";
import { m } from "~/paraglide/messages";
import { AppMenu } from "~/setup/apps/AppMenu";
import { IconChoice } from "~/setup/apps/IconChoice";
import { problemAt } from "~/setup/apps/layouts";
import { menuOf, navigationOf, orderOf, type Menu as PagesMenu } from "~/setup/apps/menu";
import { appQuery, matching, refreshApps, type App, type Tagged } from "~/setup/apps/queries";
import { SaveRefusal } from "~/setup/apps/SaveRefusal";
import { isSame, useDraft } from "~/setup/apps/useDraft";
import { ConfirmByName } from "~/setup/pieces/ConfirmByName";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { SaveBar } from "~/setup/pieces/SaveBar";
import { cleaned, type Translations } from "~/setup/pieces/translations";
import { TranslationsInput } from "~/setup/pieces/TranslationsInput";

const route = getRouteApi("/shell/setup/apps/$app");

interface Draft {
  name: string;
  label: string;
  translations: Translations;
  icon: string;
  description: string;
  active: boolean;
  menu: PagesMenu;
  etag: string | null;
}

/** One app: its own values, and its pages in the order of its menu. */
export default function AppPage() {
  const { app: name } = route.useParams();
  const { data: saved } = useSuspenseQuery(appQuery(name));
  const [version, setVersion] = useState(0);
  return <Form key={`${name} ${version}`} saved={saved} onSaved={() => setVersion((one) => one + 1)} />;
}

function Form({ saved, onSaved }: { saved: Tagged<App>; onSaved: () => void }) {
  const navigate = useNavigate();
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const app = saved.value;
  const { draft, base, isDirty, change, reset } = useDraft(useMemo(() => draftOf(saved), [saved]));
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [deleting, { open, close }] = useDisclosure();
  const problems = refusal instanceof Problem ? refusal.errors : [];
  const first = navigation.apps.find((one) => one.name === app.name)?.pages.find((one) => one.type === "list");

  const save = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      const body = changesOf(base, draft);
      if (Object.keys(body).length > 0) await api.PATCH("/api/v1/apps/{app}", { params: { path: { app: app.name } }, headers: matching(base.etag), body });
      const pages = orderOf(draft.menu);
      if (!isSame(pages, app.pages.map((one) => one.name))) await api.PUT("/api/v1/apps/{app}/pages/order", { params: { path: { app: draft.name } }, body: { pages } });
      notifications.show({ message: m.saved(), autoClose: 3_000 });
      if (draft.name === app.name) await refreshApps();
      else {
        reset();
        await navigate({ to: "/setup/apps/$app", params: { app: draft.name }, replace: true, ignoreBlocker: true });
        await refreshApps();
      }
      onSaved();
    } catch (failure) {
      setRefusal(failure);
      setBusy(false);
    }
  };
  const remove = async () => {
    await api.DELETE("/api/v1/apps/{app}", { params: { path: { app: app.name } }, headers: matching(saved.etag) });
    await navigate({ to: "/setup/apps", ignoreBlocker: true });
    await refreshApps();
    notifications.show({ message: m.app_deleted({ app: app.label }) });
  };

  return (
    <div className="page">
      <PageHeader title={app.label} back={{ label: m.apps(), link: { to: "/setup/apps" } }}>
        {first && (
          <Button variant="default" size="xs" renderRoot={(props) => <Link to="/a/$app/$page" params={{ app: app.name, page: first.name }} {...props} />}>
            {m.app_open()}
          </Button>
        )}
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" size="xs">
              {m.more()}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item color="var(--mantine-color-error)" onClick={open}>
              {m.app_delete()}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </PageHeader>
      <Stack gap="xl">
        <SaveRefusal refusal={refusal} places={["name", "label", "translations", "icon", "description", "navigation"]} onReload={onSaved} />
        <Stack maw="40rem">
          <TextInput label={m.app_label()} required maxLength={100} value={draft.label} error={problemAt(problems, "label")} onChange={(event) => change({ label: event.currentTarget.value })} />
          <TextInput label={m.app_name()} description={m.app_name_hint()} required maxLength={40} value={draft.name} error={problemAt(problems, "name")} onChange={(event) => change({ name: event.currentTarget.value })} />
          <TranslationsInput texts={{ label: m.app_label() }} value={draft.translations} error={problemAt(problems, "translations") ?? undefined} onChange={(translations) => change({ translations })} />
          <IconChoice label={draft.label} value={draft.icon} onChange={(icon) => change({ icon })} />
          <Textarea label={m.app_description()} autosize minRows={2} maxLength={500} value={draft.description} error={problemAt(problems, "description")} onChange={(event) => change({ description: event.currentTarget.value })} />
          <Switch label={m.app_active()} description={m.app_active_hint()} checked={draft.active} onChange={(event) => change({ active: event.currentTarget.checked })} />
        </Stack>
        <section aria-labelledby="app-menu">
          <Title order={2} id="app-menu">
            {m.app_menu()}
          </Title>
          <AppMenu app={app} menu={draft.menu} problems={problems} isDirty={isDirty} onChange={(menu) => change({ menu })} />
        </section>
      </Stack>
      <SaveBar dirty={isDirty} busy={busy} onSave={() => void save()} onDiscard={() => { setRefusal(null); reset(); }} />
      <ConfirmByName opened={deleting} onClose={close} title={m.app_delete_title({ app: app.label })} name={app.name} action={m.app_delete()} onConfirm={remove}>
        {m.app_delete_text({ count: app.pages.length })}
      </ConfirmByName>
    </div>
  );
}

function draftOf({ value, etag }: Tagged<App>): Draft {
  const { name, label, icon, description, active } = value;
  return { name, label, translations: value.translations as Translations, icon, description, active, menu: menuOf(value), etag };
}

/** What was changed, as the API takes it. */
function changesOf(base: Draft, draft: Draft): Record<string, unknown> {
  const names = ["name", "label", "icon", "description", "active"] as const;
  const changed = names.filter((name) => draft[name] !== base[name]).map((name) => [name, draft[name]]);
  const groups = isSame(base.menu.groups, draft.menu.groups) ? [] : [["navigation", navigationOf(draft.menu)]];
  const translations = cleaned(draft.translations);
  const translated = isSame(base.translations, translations) ? [] : [["translations", translations]];
  return Object.fromEntries([...changed, ...translated, ...groups]);
}
