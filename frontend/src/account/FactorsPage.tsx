import { Center, Loader, Paper, Stack, Text, Title } from "@mantine/core";
import { Suspense } from "react";

import { Factors } from "~/account/Factors";
import { queries } from "~/api";
import { router } from "~/app/router";
import { m } from "~/paraglide/messages";

/** For users whose role requires a second factor, and who have none yet: nothing else is open to them. */
export default function FactorsPage() {
  return (
    <Center mih="100%" p="md" component="main">
      <Paper withBorder p="xl" w="100%" maw={480}>
        <Stack>
          <Title order={1}>{m.factor_needed()}</Title>
          <Text size="sm">{m.factor_needed_text()}</Text>
          <Suspense fallback={<Loader />}>
            <Factors
              onAdded={() => {
                queries.clear();
                router.history.replace("/");
              }}
            />
          </Suspense>
        </Stack>
      </Paper>
    </Center>
  );
}
