import "~/setup/apps/apps.css";

import { Problem } from "@freehold/client";
import { Alert, Button, JsonInput, Menu, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Suspense, useMemo, useState } from "react";

import { api, navigationQuery, objectQuery, type ObjectDetail } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { typeWord } from "~/setup/apps/AppMenu";
import { ListEditor } from "~/setup/apps/ListEditor";
import { ListPreview } from "~/setup/apps/ListPreview";
import { listDraft, listLayout, problemAt, recordDraft, recordLayout, withCleanedLabels, type PageType } from "~/setup/apps/layouts";
import { appQuery, matching, pageQuery, refreshApps, type Page, type Tagged } from "~/setup/apps/queries";
import { RecordEditor } from "~/setup/apps/RecordEditor";
import { RecordPreview } from "~/setup/apps/RecordPreview";
import { SaveRefusal } from "~/setup/apps/SaveRefusal";
import { isSame, useDraft } from "~/setup/apps/useDraft";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { SaveBar } from "~/setup/pieces/SaveBar";
import { LoadingState } from "~/setup/pieces/states";
import { cleaned, type Translations } from "~/setup/pieces/translations";
import { TranslationsInput } from "~/setup/pieces/TranslationsInput";

const route = getRouteApi("/shell/setup/apps/$app/$page");
const PREVIEW_AFTER = 300;

interface Draft {
  name: string;
  label: string;
  translations: Translations;
  layout: Record<string, unknown>;
  etag: string | null;
}

/** A page's label and layout, with a preview of it beside. */
export default function PageEditor() {
  const { app, page } = route.useParams();
  const { data: saved } = useSuspenseQuery(pageQuery(app, page));
  const [version, setVersion] = useState(0);
  return <Form key={`${app} ${page} ${version}`} app={app} saved={saved} onSaved={() => setVersion((one) => one + 1)} />;
}

function Form({ app, saved, onSaved }: { app: string; saved: Tagged<Page>; onSaved: () => void }) {
  const navigate = useNavigate();
  const page = saved.value;
  const { data: found } = useSuspenseQuery(appQuery(app));
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const isReadable = navigation.objects.some((one) => one.name === page.object && one.can.read);
  const detail = useQuery({ ...objectQuery(page.object ?? ""), enabled: isReadable });
  const { draft, base, isDirty, change, reset } = useDraft(useMemo(() => draftOf(saved), [saved]));
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const problems = refusal instanceof Problem ? refusal.errors : [];

  const save = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      const body = changesOf(page.type, base, draft);
      await api.PATCH("/api/v1/apps/{app}/pages/{page}", { params: { path: { app, page: page.name } }, headers: matching(base.etag), body });
      notifications.show({ message: m.saved(), autoClose: 3_000 });
      if (draft.name !== page.name) {
        reset();
        await navigate({ to: "/setup/apps/$app/$page", params: { app, page: draft.name }, replace: true, ignoreBlocker: true });
      }
      await refreshApps();
      onSaved();
    } catch (failure) {
      setRefusal(failure);
      setBusy(false);
    }
  };
  const remove = () =>
    modals.openConfirmModal({
      title: m.page_delete_title({ page: page.label }),
      children: <Text size="sm">{m.page_delete_text()}</Text>,
      labels: { confirm: m.page_delete(), cancel: m.cancel() },
      confirmProps: { color: "red" },
      onConfirm: () => {
        void api
          .DELETE("/api/v1/apps/{app}/pages/{page}", { params: { path: { app, page: page.name } }, headers: matching(saved.etag) })
          .then(() => navigate({ to: "/setup/apps/$app", params: { app }, ignoreBlocker: true }))
          .then(refreshApps)
          .catch((failure: unknown) => setRefusal(failure));
      },
    });
  const setLayout = (layout: Record<string, unknown>) => change({ layout });

  return (
    <div className="wide-page">
      <PageHeader
        title={page.label}
        back={{ label: found.value.label, link: { to: "/setup/apps/$app", params: { app } } }}
        description={[typeWord(page.type), detail.data?.pluralLabel ?? page.object].filter(Boolean).join(" · ")}
      >
        {page.type === "list" && found.value.active && (
          <Button variant="default" size="xs" renderRoot={(props) => <Link to="/a/$app/$page" params={{ app, page: page.name }} {...props} />}>
            {m.page_open()}
          </Button>
        )}
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" size="xs">
              {m.more()}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item color="var(--mantine-color-error)" onClick={remove}>
              {m.page_delete()}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </PageHeader>
      <div className={page.type === "custom" ? undefined : "editor"}>
        <Stack gap="lg">
          <SaveRefusal refusal={refusal} places={["name", "label", "translations", ...PLACES[page.type]]} onReload={onSaved} />
          {page.leftOut.length > 0 && <Alert color="yellow">{m.page_left_out({ count: page.leftOut.length })}</Alert>}
          <TextInput label={m.page_label()} required maxLength={100} value={draft.label} error={problemAt(problems, "label")} onChange={(event) => change({ label: event.currentTarget.value })} />
          <TextInput label={m.page_name()} description={m.page_name_hint()} required maxLength={40} value={draft.name} error={problemAt(problems, "name")} onChange={(event) => change({ name: event.currentTarget.value })} />
          <TranslationsInput texts={{ label: m.page_label() }} value={draft.translations} error={problemAt(problems, "translations") ?? undefined} onChange={(translations) => change({ translations })} />
          {page.type === "custom" && <CustomEditor layout={draft.layout} error={problemAt(problems, "layout")} onChange={setLayout} />}
          {page.type !== "custom" && !isReadable && <Alert color="yellow">{m.page_object_hidden()}</Alert>}
          {page.type === "list" && detail.data && <ListEditor detail={detail.data} draft={listDraft(draft.layout)} problems={problems} onChange={(next) => setLayout(listLayout(next))} />}
          {page.type === "record" && detail.data && <RecordEditor detail={detail.data} navigation={navigation} draft={recordDraft(draft.layout)} problems={problems} onChange={(next) => setLayout(recordLayout(next))} />}
          {isReadable && detail.isPending && <LoadingState />}
          {detail.isError && <Alert color="red">{messageOf(detail.error)}</Alert>}
        </Stack>
        {page.type !== "custom" && detail.data && (
          <section className="editor-preview" aria-labelledby="preview">
            <Title order={2} id="preview" mb="sm">
              {m.preview()}
            </Title>
            <Suspense fallback={<LoadingState />}>
              <Preview type={page.type} detail={detail.data} layout={draft.layout} />
            </Suspense>
          </section>
        )}
      </div>
      <SaveBar dirty={isDirty} busy={busy} onSave={() => void save()} onDiscard={() => { setRefusal(null); reset(); }} />
    </div>
  );
}

/** Where the editors show problems themselves. */
const PLACES: Record<PageType, string[]> = {
  list: ["layout.columns", "layout.sort", "layout.filter", "layout.filters"],
  record: ["layout.sections", "layout.related"],
  custom: ["layout"],
};

function Preview({ type, detail, layout }: { type: PageType; detail: ObjectDetail; layout: Record<string, unknown> }) {
  const [settled] = useDebouncedValue(layout, PREVIEW_AFTER);
  if (type === "list") return <ListPreview detail={detail} layout={listDraft(settled)} />;
  return <RecordPreview detail={detail} layout={recordDraft(layout)} />;
}

function CustomEditor({ layout, error, onChange }: { layout: Record<string, unknown>; error: string | null; onChange: (layout: Record<string, unknown>) => void }) {
  const [text, setText] = useState(() => JSON.stringify(layout, null, 2));
  const [isBroken, setBroken] = useState(false);
  const edit = (next: string) => {
    setText(next);
    const read = objectFrom(next);
    setBroken(read === null);
    if (read !== null) onChange(read);
  };
  return <JsonInput label={m.page_custom_layout()} description={m.page_custom_layout_text()} autosize minRows={8} formatOnBlur value={text} error={isBroken ? m.page_custom_broken() : error} onChange={edit} />;
}

function objectFrom(text: string): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function draftOf({ value, etag }: Tagged<Page>): Draft {
  const layout = value.type === "list" ? listLayout(listDraft(value.layout)) : value.type === "record" ? recordLayout(recordDraft(value.layout)) : value.layout;
  return { name: value.name, label: value.label, translations: value.translations as Translations, layout, etag };
}

/** What was changed, as the API takes it. */
function changesOf(type: PageType, base: Draft, draft: Draft): Record<string, unknown> {
  const sent = { ...draft, translations: cleaned(draft.translations), layout: type === "record" ? withCleanedLabels(draft.layout) : draft.layout };
  const changed = (["name", "label", "translations", "layout"] as const).filter((one) => !isSame(sent[one], base[one]));
  return Object.fromEntries(changed.map((one) => [one, sent[one]]));
}
