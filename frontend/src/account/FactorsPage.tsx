import { Loader, Text } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { Suspense } from "react";

import { Factors } from "~/account/Factors";
import { queries } from "~/api";
import { m } from "~/paraglide/messages";
import { Frame } from "~/session/Frame";

/** For users whose role requires a second factor, and who have none yet: nothing else is open to them. */
export default function FactorsPage() {
  const router = useRouter();
  return (
    <Frame title={m.factor_needed()}>
      <Text size="sm">{m.factor_needed_text()}</Text>
      <Suspense fallback={<Loader />}>
        <Factors
          onAdded={() => {
            queries.clear();
            router.history.replace("/");
          }}
        />
      </Suspense>
    </Frame>
  );
}
