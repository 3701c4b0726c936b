import { NavLink, Text } from "@mantine/core";
import { Link, useRouterState } from "@tanstack/react-router";

import type { Navigation } from "~/api";
import { m } from "~/paraglide/messages";
import { openSections } from "~/setup/sections";

/** The menu of `/setup`, in the place of the apps' menu. */
export default function SetupNav({ navigation }: { navigation: Navigation }) {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <nav aria-label={m.setup_frame_title()}>
      <NavLink label={m.setup_frame_back()} leftSection={<span aria-hidden>←</span>} renderRoot={(props) => <Link to="/" {...props} />} />
      <Text size="xs" c="dimmed" fw={600} px="sm" pt="sm" pb={4}>
        {m.setup_frame_title()}
      </Text>
      {openSections(navigation.permissions).map((section) => {
        const active = path === section.to || path.startsWith(`${section.to}/`);
        return (
          <NavLink
            key={section.to}
            label={section.label()}
            active={active}
            aria-current={active ? "page" : undefined}
            renderRoot={(props) => <Link to={section.to} {...props} />}
          />
        );
      })}
    </nav>
  );
}
