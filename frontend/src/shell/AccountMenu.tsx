import { Avatar, Menu, UnstyledButton, useMantineTheme, VisuallyHidden } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";

import { api, isSupport, type Navigation } from "~/api";
import { messageOf } from "~/app/messages";
import { choicesOf, choose, DENSITIES, preferencesQuery, THEMES, type Choices } from "~/app/preferences";
import { m } from "~/paraglide/messages";
import { getLocale, locales, setLocale } from "~/paraglide/runtime";
import { openSections } from "~/setup/sections";
import { openKeys } from "~/shell/keys";

/** The user's own choices, and the ways to the account, the settings and out. */
export function AccountMenu({ navigation }: { navigation: Navigation }) {
  const { primaryColor } = useMantineTheme();
  const { theme, density } = choicesOf(useQuery(preferencesQuery).data);
  const client = useQueryClient();
  const navigate = useNavigate();
  const chooseLanguage = async (locale: (typeof locales)[number]) => {
    // Before the page is loaded again in that language: the settings of the account would bring the other one back.
    await api.PATCH("/api/v1/me", { body: { language: locale } }).catch(() => undefined);
    await setLocale(locale);
  };
  const keep = <K extends keyof Choices>(what: K, value: Choices[K]) =>
    void choose(what, value).catch((error: unknown) => notifications.show({ color: "red", message: m.not_saved({ reason: messageOf(error) }) }));
  const signOut = async () => {
    await api.DELETE("/api/v1/auth/session");
    client.clear();
    await navigate({ to: "/login", search: { to: "/", error: "" } });
  };
  const administers = navigation.permissions.length > 0;
  return (
    <Menu position="bottom-end" width={240} withInitialFocusPlaceholder={false} menuItemTabIndex={0}>
      <Menu.Target>
        <UnstyledButton>
          <VisuallyHidden>{m.account_menu()}</VisuallyHidden>
          <Avatar name={navigation.user.name || navigation.user.email} color={primaryColor} size={30} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {navigation.user.name}
          <br />
          {navigation.user.email}
        </Menu.Label>
        {!isSupport() && <Menu.Item renderRoot={(props) => <Link to="/account" {...props} />}>{m.account_menu()}</Menu.Item>}
        <Menu.Divider />
        <Menu.Label>{m.theme()}</Menu.Label>
        {THEMES.map((one) => (
          <Menu.Item key={one} onClick={() => keep("theme", one)} rightSection={theme === one ? "✓" : null}>
            {{ light: m.theme_light(), dark: m.theme_dark(), auto: m.theme_auto() }[one]}
          </Menu.Item>
        ))}
        <Menu.Label>{m.density()}</Menu.Label>
        {DENSITIES.map((one) => (
          <Menu.Item key={one} onClick={() => keep("density", one)} rightSection={density === one ? "✓" : null}>
            {{ comfortable: m.density_comfortable(), compact: m.density_compact() }[one]}
          </Menu.Item>
        ))}
        <Menu.Label>{m.language()}</Menu.Label>
        {locales.map((locale) => (
          <Menu.Item key={locale} lang={locale} onClick={() => void chooseLanguage(locale)} rightSection={getLocale() === locale ? "✓" : null}>
            {new Intl.DisplayNames([locale], { type: "language" }).of(locale)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={openKeys}>{m.keys()}</Menu.Item>
        <Menu.Item renderRoot={(props) => <Link to="/welcome" {...props} />}>{m.welcome_palette()}</Menu.Item>
        {openSections(navigation.permissions).length > 0 && <Menu.Item renderRoot={(props) => <Link to="/setup" {...props} />}>{m.setup_frame_title()}</Menu.Item>}
        {administers && (
          <Menu.Item component="a" href="/admin/">
            {m.admin()}
          </Menu.Item>
        )}
        <Menu.Item onClick={() => void signOut()}>{m.sign_out()}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
