import "@mantine/core/styles/List.css";
import "@mantine/core/styles/Checkbox.css";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Tabs.css";
import "~/setup/people/people.css";

import { Problem } from "@freehold/client";
import { Alert, Badge, Button, Group, List, Menu, Modal, Stack, Tabs, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { api, navigationQuery, isSupport } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { Refusal } from "~/session/Refusal";
import { objectsQuery, type ObjectDefinition } from "~/setup/objects/queries";
import { Preview } from "~/setup/people/Preview";
import { permissionsQuery, refreshPeople, roleQuery, rolesQuery } from "~/setup/people/queries";
import { ESSENTIAL, objectsOf, type Role } from "~/setup/people/rights";
import { bodyOf, changesOf, draftOf, incompleteRules, type RoleDraft } from "~/setup/people/roles/draft";
import { FieldLimits } from "~/setup/people/roles/FieldLimits";
import { GeneralForm } from "~/setup/people/roles/GeneralForm";
import { Members } from "~/setup/people/roles/Members";
import { NewRoleDialog } from "~/setup/people/roles/NewRoleDialog";
import { PermissionGrid } from "~/setup/people/roles/PermissionGrid";
import { RowRules } from "~/setup/people/roles/RowRules";
import { changeInWords } from "~/setup/people/roles/words";
import { labelsOf } from "~/setup/people/words";
import { ConfirmByName } from "~/setup/pieces/ConfirmByName";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { SaveBar } from "~/setup/pieces/SaveBar";
import { ErrorState, LoadingState } from "~/setup/pieces/states";

const route = getRouteApi("/shell/setup/roles/$roleId");
const TABS = ["permissions", "fields", "rules", "general", "members", "preview"] as const;

/** One role. Its tabs are edited together and saved as one, after a list of what changes. */
export default function RolePage() {
  const { roleId } = route.useParams();
  const found = useQuery(roleQuery(roleId));
  const objects = useQuery(objectsQuery);
  const permissions = useQuery(permissionsQuery);
  const error = found.error ?? objects.error ?? permissions.error;
  const isLoaded = found.data && objects.data && permissions.data;
  const retry = () => {
    for (const one of [found, objects, permissions]) void one.refetch();
  };
  return (
    <div className="page">
      {error && !isLoaded && <ErrorState error={error} onRetry={retry} />}
      {!error && !isLoaded && <LoadingState />}
      {found.data && objects.data && permissions.data && (
        <Editor key={`${roleId} ${found.data.role.updatedAt} ${found.data.etag ?? ""}`} role={found.data.role} etag={found.data.etag} objects={objects.data} permissions={permissions.data} />
      )}
    </div>
  );
}

interface EditorProps {
  role: Role;
  etag: string | null;
  objects: ObjectDefinition[];
  permissions: { name: string; description: string; system: boolean }[];
}

function Editor({ role, etag, objects, permissions }: EditorProps) {
  const { tab } = route.useSearch();
  const navigate = useNavigate({ from: "/setup/roles/$roleId" });
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const before = draftOf(role);
  const [draft, setDraft] = useState<RoleDraft>(before);
  const [reviews, setReviews] = useState(false);
  const changes = changesOf(before, draft);
  const known = permissions.map((one) => one.name);
  const names = [...new Set([...objectsOf(known), ...objectsOf(role.permissions)])];
  const edit = (part: Partial<RoleDraft>) => setDraft({ ...draft, ...part });
  const shown = TABS.find((one) => one === tab) ?? "permissions";
  const common = { draft, onChange: edit, objects, names };
  const counts = { fields: draft.limits.size, rules: draft.rules.size };
  const incomplete = incompleteRules(draft);
  const isOwn = navigation.roles.includes(role.name);
  return (
    <>
      <PageHeader title={role.label} back={{ label: m.setup_nav_roles(), link: { to: "/setup/roles" } }} description={role.description || undefined}>
        <Badge variant="default" tt="none">
          {role.system ? m.role_system() : m.role_own()}
        </Badge>
        {!isSupport() && <RoleMenu role={role} />}
      </PageHeader>
      {isSupport() && (
        <Alert mb="md" color="gray">
          {m.role_support()}
        </Alert>
      )}
      {isOwn && (
        <Alert mb="md">
          {m.role_is_own()}
        </Alert>
      )}
      <Tabs value={shown} onChange={(next) => void navigate({ search: { tab: next === "permissions" || next === null ? "" : next }, replace: true })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="permissions">{m.role_tab_permissions()}</Tabs.Tab>
          <Tabs.Tab value="fields">{counts.fields > 0 ? m.role_tab_fields_count({ count: counts.fields }) : m.role_tab_fields()}</Tabs.Tab>
          <Tabs.Tab value="rules">{counts.rules > 0 ? m.role_tab_rules_count({ count: counts.rules }) : m.role_tab_rules()}</Tabs.Tab>
          <Tabs.Tab value="general">{m.role_tab_general()}</Tabs.Tab>
          <Tabs.Tab value="members">{m.role_tab_members({ count: role.users })}</Tabs.Tab>
          <Tabs.Tab value="preview">{m.role_tab_preview()}</Tabs.Tab>
        </Tabs.List>
        <fieldset disabled={isSupport()} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
          <Tabs.Panel value="permissions">
            <PermissionGrid {...common} permissions={permissions} />
          </Tabs.Panel>
          <Tabs.Panel value="fields">
            <FieldLimits {...common} />
          </Tabs.Panel>
          <Tabs.Panel value="rules">
            <RowRules {...common} incomplete={incomplete} />
          </Tabs.Panel>
          <Tabs.Panel value="general">
            <GeneralForm draft={draft} onChange={edit} isSystem={role.system} />
          </Tabs.Panel>
          <Tabs.Panel value="members">
            <Members role={role} />
          </Tabs.Panel>
          <Tabs.Panel value="preview">
            {changes.length > 0 && <Alert mb="md">{m.role_preview_unsaved()}</Alert>}
            <Preview query={{ roles: role.name }} />
          </Tabs.Panel>
        </fieldset>
      </Tabs>
      <SaveBar dirty={changes.length > 0} busy={reviews} onSave={() => setReviews(true)} onDiscard={() => setDraft(before)} />
      <Modal opened={reviews} onClose={() => setReviews(false)} title={m.role_review_title({ role: role.label })} size="lg">
        {reviews && <Review role={role} etag={etag} draft={draft} objects={objects} isOwn={isOwn} onClose={() => setReviews(false)} />}
      </Modal>
    </>
  );
}

interface ReviewProps {
  role: Role;
  etag: string | null;
  draft: RoleDraft;
  objects: ObjectDefinition[];
  isOwn: boolean;
  onClose: () => void;
}

/** What changes, before it does. */
function Review({ role, etag, draft, objects, isOwn, onClose }: ReviewProps) {
  const [error, setError] = useState("");
  const [isOutdated, setOutdated] = useState(false);
  const [busy, setBusy] = useState(false);
  const changes = changesOf(draftOf(role), draft);
  const incomplete = incompleteRules(draft);
  const losesRights = isOwn && changes.some((one) => one.kind === "system" && !one.granted && ESSENTIAL.includes(one.permission));
  const save = async () => {
    setError("");
    setBusy(true);
    try {
      const params = { path: { roleId: role.id } };
      await api.PATCH("/api/v1/roles/{roleId}", { params, body: bodyOf(role, draft), ...(etag && !isOutdated ? { headers: { "If-Match": etag } } : {}) });
      await refreshPeople();
      notifications.show({ message: m.saved(), autoClose: 3_000 });
      onClose();
    } catch (failure) {
      if (failure instanceof Problem && failure.status === 412) setOutdated(true);
      else setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Stack>
      <Refusal text={error} />
      {isOutdated && <Alert color="yellow" role="alert">{m.role_outdated()}</Alert>}
      <List size="sm">
        {changes.map((one, at) => (
          <List.Item key={at} style={{ overflowWrap: "anywhere" }}>
            {changeInWords(one, objects, labelsOf(objects))}
          </List.Item>
        ))}
      </List>
      <Text size="sm" c="dimmed">
        {role.users === 0 ? m.role_review_nobody() : m.role_review_users({ count: role.users })}
      </Text>
      {losesRights && <Alert color="yellow">{m.role_review_own()}</Alert>}
      {incomplete.length > 0 && <Alert color="red">{m.role_review_incomplete()}</Alert>}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {m.role_review_back()}
        </Button>
        {isOutdated && (
          <Button variant="default" onClick={() => void refreshPeople().then(onClose)}>
            {m.role_reload()}
          </Button>
        )}
        <Button loading={busy} disabled={incomplete.length > 0} onClick={() => void save()} data-autofocus>
          {isOutdated ? m.role_overwrite() : m.role_review_save()}
        </Button>
      </Group>
    </Stack>
  );
}

/** Copying and deleting. */
function RoleMenu({ role }: { role: Role }) {
  const navigate = useNavigate();
  const { data: roles = [] } = useQuery(rolesQuery);
  const [copies, setCopies] = useState(false);
  const [deletes, setDeletes] = useState(false);
  const reason = role.system ? m.role_keep_system() : role.users > 0 ? m.role_keep_users({ count: role.users }) : "";
  const remove = async () => {
    await api.DELETE("/api/v1/roles/{roleId}", { params: { path: { roleId: role.id } } });
    setDeletes(false);
    await navigate({ to: "/setup/roles" });
    await refreshPeople();
    notifications.show({ message: m.role_deleted({ role: role.label }) });
  };
  return (
    <>
      <Menu position="bottom-end" withInitialFocusPlaceholder={false} menuItemTabIndex={0}>
        <Menu.Target>
          <Button size="xs" variant="default">
            {m.more()}
          </Button>
        </Menu.Target>
        <Menu.Dropdown maw={320}>
          <Menu.Item onClick={() => setCopies(true)}>{m.role_copy()}</Menu.Item>
          {reason === "" ? (
            <Menu.Item c="var(--mantine-color-error)" onClick={() => setDeletes(true)}>
              {m.role_delete_role()}
            </Menu.Item>
          ) : (
            <Menu.Label>{reason}</Menu.Label>
          )}
        </Menu.Dropdown>
      </Menu>
      <NewRoleDialog opened={copies} onClose={() => setCopies(false)} roles={roles} from={role} />
      <ConfirmByName opened={deletes} onClose={() => setDeletes(false)} title={m.role_delete_title({ role: role.label })} name={role.name} action={m.role_delete_role()} onConfirm={remove}>
        <Text size="sm">{m.role_delete_text()}</Text>
      </ConfirmByName>
    </>
  );
}
