import { Button, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { m } from "~/paraglide/messages";

export function NotFound() {
  return (
    <Stack className="empty" align="center" component="main">
      <Title order={1}>{m.not_found()}</Title>
      <Text>{m.not_found_text()}</Text>
      <Button component={Link} to="/" variant="light">
        {m.go_home()}
      </Button>
    </Stack>
  );
}
