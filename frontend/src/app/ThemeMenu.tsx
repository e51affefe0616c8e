import {
  Button,
  Menu,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { DarkThemeRegular } from "@fluentui/react-icons";
import { type ThemeChoice, THEME_CHOICES, chooseTheme, useThemeChoice } from "./theme";

const LABEL: Record<ThemeChoice, string> = { system: "Like the system", light: "Light", dark: "Dark" };

/** Buttons that stand on the coloured top bar. */
export const useBarStyles = makeStyles({
  button: {
    color: tokens.colorNeutralForegroundOnBrand,
    ":hover": {
      color: tokens.colorNeutralForegroundOnBrand,
      backgroundColor: tokens.colorBrandBackgroundHover,
    },
    ":hover:active": { color: tokens.colorNeutralForegroundOnBrand },
    "&[aria-expanded='true']": { color: tokens.colorNeutralForegroundOnBrand },
  },
});

export function ThemeMenu() {
  const choice = useThemeChoice();
  const styles = useBarStyles();
  return (
    <Menu
      checkedValues={{ theme: [choice] }}
      onCheckedValueChange={(_, data) => {
        const next = THEME_CHOICES.find((each) => each === data.checkedItems[0]);
        if (next) chooseTheme(next);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="transparent"
          className={styles.button}
          icon={<DarkThemeRegular />}
          aria-label="Light or dark"
          title="Light or dark"
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {THEME_CHOICES.map((each) => (
            <MenuItemRadio key={each} name="theme" value={each}>
              {LABEL[each]}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
