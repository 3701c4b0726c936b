import "@mantine/core/styles/Table.css";

import { Alert, Button, Group, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";

import { api, navigationQuery } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { Refusal } from "~/session/Refusal";
import { refreshPeople, rolesQuery, userQuery, type User } from "~/setup/people/queries";
import { RoleChoice } from "~/setup/people/RoleChoice";
import { areEssential, isWithin, type Role } from "~/setup/people/rights";
import { EndOfUser } from "~/setup/people/users/EndOfUser";
import { StatusBadge } from "~/setup/people/users/StatusBadge";
import { UserRights } from "~/setup/people/users/UserRights";
import { UserSessions } from "~/setup/people/users/UserSessions";
import { UserSignIn } from "~/setup/people/users/UserSignIn";
import { personName } from "~/setup/people/words";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { SaveBar } from "~/setup/pieces/SaveBar";
import { ErrorState, LoadingState } from "~/setup/pieces/states";

const route = getRouteApi("/shell/setup/users/$userId");

/** One user: who they are, their roles and what these allow, how they sign in, and their end. */
export default function UserPage() {
  const { userId } = route.useParams();
  const user = useQuery(userQuery(userId));
  const roles = useQuery(rolesQuery);
  const error = user.error ?? roles.error;
  const retry = () => {
    void user.refetch();
    void roles.refetch();
  };
  return (
    <div className="page" style={{ maxWidth: "52rem" }}>
      {error && !user.data && <ErrorState error={error} onRetry={retry} />}
      {!error && !(user.data && roles.data) && <LoadingState />}
      {user.data && roles.data && <Loaded key={userId} user={user.data} roles={roles.data} />}
    </div>
  );
}

function Loaded({ user, roles }: { user: User; roles: Role[] }) {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const own = roles.filter((one) => navigation.roles.includes(one.name));
  const theirs = roles.filter((one) => user.roles?.includes(one.name));
  const isSelf = user.id === navigation.user.id;
  const beyond = isSelf ? undefined : theirs.find((one) => !isWithin(own, one));
  const isLocked = beyond !== undefined;
  const managesRoles = navigation.permissions.includes("roles:manage");
  return (
    <Stack gap="xl">
      <div style={{ marginBottom: "-1rem" }}>
        <PageHeader title={personName(user)} back={{ label: m.setup_nav_users(), link: { to: "/setup/users", search: { q: "", status: "", role: "" } } }} description={user.name === "" ? undefined : user.email}>
          <StatusBadge status={user.status} />
          {managesRoles && user.status !== "inactive" && (
            <Button variant="default" size="xs" renderRoot={(props) => <Link to="/setup/roles/explain" search={{ user: user.id, object: "", record: "", action: "" }} {...props} />}>
              {m.role_explain()}
            </Button>
          )}
        </PageHeader>
        {isLocked && <Alert>{m.user_beyond({ role: beyond.label })}</Alert>}
        {(isSelf || user.lastAdministrator) && <Alert>{[...(isSelf ? [m.user_self()] : []), ...(user.lastAdministrator ? [m.user_last_administrator()] : [])].join(" ")}</Alert>}
      </div>
      <Profile key={`${user.name} ${user.email} ${user.roles?.join()}`} user={user} roles={roles} own={own} isLocked={isLocked} />
      <UserRights user={user} roles={theirs} managesRoles={managesRoles} />
      <UserSignIn user={user} isSelf={isSelf} isLocked={isLocked} />
      <UserSessions user={user} isSelf={isSelf} />
      <EndOfUser user={user} isSelf={isSelf} isLocked={isLocked} />
    </Stack>
  );
}

interface ProfileProps {
  user: User;
  roles: Role[];
  own: Role[];
  isLocked: boolean;
}

/** Name, address and roles, which are saved together. */
function Profile({ user, roles, own, isLocked }: ProfileProps) {
  const before = { name: user.name, email: user.email, roles: user.roles ?? [] };
  const [values, setValues] = useState(before);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const hasNewRoles = [...values.roles].sort().join() !== [...before.roles].sort().join();
  const hasNewProfile = values.name.trim() !== before.name || values.email.trim() !== before.email;
  const isLast = user.lastAdministrator === true && !areEssential(roles.filter((one) => values.roles.includes(one.name)));
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    if (isLast) return;
    setError("");
    setBusy(true);
    try {
      const params = { path: { userId: user.id } };
      if (hasNewProfile) {
        const email = values.email.trim() === before.email ? {} : { email: values.email.trim() };
        await api.PATCH("/api/v1/users/{userId}", { params, body: { name: values.name.trim(), ...email } });
      }
      if (hasNewRoles) await api.PUT("/api/v1/users/{userId}/roles", { params, body: { roles: values.roles } });
      notifications.show({ message: m.saved(), autoClose: 3_000 });
    } catch (failure) {
      setError(messageOf(failure));
    }
    await refreshPeople();
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Refusal text={error} />
        <Group align="flex-start" grow preventGrowOverflow={false}>
          <TextInput miw={220} label={m.user_name()} autoComplete="off" maxLength={200} readOnly={isLocked} value={values.name} onChange={(event) => setValues({ ...values, name: event.currentTarget.value })} />
          <TextInput miw={220} label={m.email()} type="email" autoComplete="off" required readOnly={isLocked} description={values.email.trim() === before.email ? undefined : m.user_email_text()} inputWrapperOrder={["label", "input", "description", "error"]} value={values.email} onChange={(event) => setValues({ ...values, email: event.currentTarget.value })} />
        </Group>
        <RoleChoice roles={roles} own={own} disabled={isLocked} value={values.roles} onChange={(next) => setValues({ ...values, roles: next })} error={isLast ? m.user_last_roles() : ""} />
        <SaveBar dirty={hasNewProfile || hasNewRoles} busy={busy} onDiscard={() => setValues(before)} />
      </Stack>
    </form>
  );
}
