import { Badge, Button, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useQuery } from "@tanstack/react-query";

import { api } from "~/api";
import { moment } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";
import { ErrorState, LoadingState } from "~/setup/pieces/states";
import { act } from "~/setup/security/acting";
import { supportQuery, type SupportRequest } from "~/setup/security/queries";
import { Row } from "~/setup/security/Row";

type Act = "grant" | "refuse" | "end";

/** What operators asked for, newest first: decided here, and ended at any time. */
export function SupportRequests() {
  const { data: requests, error, isPending, refetch } = useQuery(supportQuery);
  if (isPending) return <LoadingState />;
  if (error && !requests) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (requests!.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {m.signin_support_none()}
      </Text>
    );
  }
  return (
    <ul className="setup-rows">
      {requests!.map((one) => (
        <RequestRow key={one.id} request={one} />
      ))}
    </ul>
  );
}

function RequestRow({ request }: { request: SupportRequest }) {
  const style = currentStyle();
  const { id, operator, reason, minutes, state } = request;
  const decide = (what: Act, done: string) => act(() => api.POST(`/api/v1/support/{grantId}/${what}`, { params: { path: { grantId: id } } }), ["support", "sessions"], done);
  const grant = () =>
    modals.openConfirmModal({
      title: m.signin_support_grant_title({ operator }),
      children: <Text size="sm">{m.signin_support_grant_text({ minutes })}</Text>,
      labels: { confirm: m.signin_support_grant(), cancel: m.cancel() },
      onConfirm: () => void decide("grant", m.signin_support_granted()),
    });
  return (
    <Row
      title={`${operator}: ${reason}`}
      badges={
        <Badge size="sm" variant="default" tt="none">
          {STATES[state]()}
        </Badge>
      }
      facts={[m.signin_support_minutes({ minutes }), moment(request.askedAt, style), state === "granted" && request.expiresAt ? m.signin_support_until({ at: moment(request.expiresAt, style) }) : null]}
    >
      {state === "asked" && (
        <>
          <Button size="compact-sm" onClick={grant}>
            {m.signin_support_grant()}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => void decide("refuse", m.signin_support_refused())}>
            {m.signin_support_refuse()}
          </Button>
        </>
      )}
      {state === "granted" && (
        <Button size="compact-sm" variant="light" color="red" onClick={() => void decide("end", m.signin_support_ended())}>
          {m.signin_support_end()}
        </Button>
      )}
    </Row>
  );
}

const STATES: Record<SupportRequest["state"], () => string> = {
  asked: m.signin_support_state_asked,
  granted: m.signin_support_state_granted,
  refused: m.signin_support_state_refused,
  ended: m.signin_support_state_ended,
};
