import {
  Button,
  Caption1,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from "@fluentui/react-components";
import { PersonCircleRegular, PersonRegular, SignOutRegular } from "@fluentui/react-icons";
import { useNavigate } from "@tanstack/react-router";
import { ROLE_LABEL } from "@/api/access";
import { type Me, signOut } from "@/api/session";
import { useBarStyles } from "./ThemeMenu";

export function AccountMenu({ user }: { user: Me }) {
  const styles = useBarStyles();
  const navigate = useNavigate();
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="transparent"
          className={styles.button}
          icon={<PersonCircleRegular />}
          aria-label={`Account of ${user.display_name}`}
          title={user.email ?? user.display_name}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>
              {user.display_name}
              <br />
              <Caption1>
                {user.email ? `${user.email} · ` : ""}
                {ROLE_LABEL[user.role]}
              </Caption1>
            </MenuGroupHeader>
          </MenuGroup>
          <MenuDivider />
          <MenuItem icon={<PersonRegular />} onClick={() => void navigate({ to: "/settings/account" })}>
            My account
          </MenuItem>
          <MenuItem icon={<SignOutRegular />} onClick={() => void signOut().catch(() => undefined)}>
            Sign out
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
