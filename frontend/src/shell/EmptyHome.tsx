import { Text } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";

import { isSupport, navigationQuery } from "~/api";
import { m } from "~/paraglide/messages";
import { stepsFor } from "~/welcome/steps";
import WelcomePage from "~/welcome/WelcomePage";

/** The start page of those who have no page yet: what to do first, if they may do anything. */
export default function EmptyHome() {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  return stepsFor(navigation, isSupport()).length > 0 ? <WelcomePage /> : <Text className="empty">{m.home_empty()}</Text>;
}
