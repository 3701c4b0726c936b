import { Text } from "@mantine/core";

import { m } from "~/paraglide/messages";

export default function EmptyHome() {
  return <Text className="empty">{m.home_empty()}</Text>;
}
