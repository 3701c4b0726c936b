import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { isSupport, navigationQuery } from "~/api";
import { m } from "~/paraglide/messages";
import { SampleData } from "~/welcome/SampleData";
import { stepsFor, type Step } from "~/welcome/steps";

/** What to do first: only what the caller may do. */
export default function WelcomePage() {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const steps = stepsFor(navigation, isSupport());
  const maySample = navigation.permissions.includes("objects:manage");
  return (
    <div className="page" style={{ maxWidth: "48rem" }}>
      <Title order={1}>{m.welcome_title()}</Title>
      <Text c="dimmed" mb="lg">
        {steps.length > 0 ? m.welcome_text() : m.welcome_nothing()}
      </Text>
      <Stack>
        {steps.map((step) => (
          <Card key={step.kind} {...TEXTS[step.kind](step)}>
            {linkOf(step)}
          </Card>
        ))}
        {maySample && <SampleData />}
      </Stack>
    </div>
  );
}

const TEXTS: Record<Step["kind"], (step: Step) => { title: string; text: string }> = {
  invite: () => ({ title: m.welcome_invite(), text: m.welcome_invite_text() }),
  import: () => ({ title: m.welcome_import(), text: m.welcome_import_text() }),
  define: () => ({ title: m.welcome_define(), text: m.welcome_define_text() }),
  settings: () => ({ title: m.welcome_settings(), text: m.welcome_settings_text() }),
};

function linkOf(step: Step): ReactNode {
  switch (step.kind) {
    case "invite":
      return <Button variant="light" renderRoot={(props) => <Link to="/setup/users" {...props} />}>{m.welcome_invite_go()}</Button>;
    case "import":
      return <Button variant="light" renderRoot={(props) => <Link to="/o/$object/import" params={{ object: step.object }} {...props} />}>{m.import_into({ objects: step.label })}</Button>;
    case "define":
      return <Button variant="light" renderRoot={(props) => <Link to="/setup/objects" {...props} />}>{m.welcome_define_go()}</Button>;
    case "settings":
      return <Button variant="light" renderRoot={(props) => <Link to="/setup/tenant" {...props} />}>{m.welcome_settings_go()}</Button>;
  }
}

function Card({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group justify="space-between" gap="sm">
        <div style={{ flex: "1 1 18rem", minWidth: 0 }}>
          <Title order={2}>{title}</Title>
          <Text size="sm" c="dimmed">
            {text}
          </Text>
        </div>
        {children}
      </Group>
    </Paper>
  );
}
