import { Alert, Anchor, Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";

import { queries } from "~/api";
import { m } from "~/paraglide/messages";
import { EntryFrame } from "~/session/EntryFrame";
import { optionsQuery } from "~/session/options";
import { presentUser, redeem, takeTicket } from "~/session/ticket";
import { SignInForm } from "~/session/SignInForm";

const route = getRouteApi("/login");

export default function SignInPage() {
  const router = useRouter();
  const { to, error } = route.useSearch();
  const options = useQuery(optionsQuery);
  const [ticket] = useState(takeTicket);
  // Somebody who is signed in is asked first: a link could sign them in to the account of another person.
  const present = useQuery({ queryKey: ["present session"], enabled: ticket !== null, retry: false, queryFn: presentUser });
  const [agreed, setAgreed] = useState(false);
  const asks = typeof present.data === "string" && !agreed;
  const arrival = useQuery({
    queryKey: ["ticket", ticket],
    enabled: ticket !== null && present.isFetched && !asks,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      await redeem(ticket!);
      router.history.replace(to);
      return true;
    },
  });

  if (ticket !== null && asks) {
    return (
      <EntryFrame title={() => m.other_account()}>
        <Text size="sm">{m.other_account_text({ email: present.data ?? "" })}</Text>
        <Button onClick={() => setAgreed(true)}>{m.continue_()}</Button>
        <Button variant="default" onClick={() => router.history.replace("/")}>
          {m.cancel()}
        </Button>
      </EntryFrame>
    );
  }
  if (ticket !== null && arrival.isPending) return <EntryFrame title={() => m.signing_in()}>{null}</EntryFrame>;
  return (
    <EntryFrame title={(tenant) => m.sign_in_to({ tenant })}>
      {arrival.isError && <Alert role="alert">{m.ticket_failed()}</Alert>}
      <SignInForm
        to={to}
        refusal={error === "" ? "" : m.not_saved({ reason: error })}
        onDone={() => {
          queries.clear();
          router.history.replace(to);
        }}
      />
      {options.data?.forgot && (
        <Anchor component={Link} to="/forgot" size="sm">
          {m.forgot_password()}
        </Anchor>
      )}
    </EntryFrame>
  );
}
