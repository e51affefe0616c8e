import {
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  ToolbarButton,
} from "@fluentui/react-components";
import { ArrowDownloadRegular, PrintRegular } from "@fluentui/react-icons";
import { FORMATS, type Format } from "../queries";

interface ExportMenuProps {
  busy: boolean;
  onExport: (to: Format | "print") => void;
}

/** The report as a file or on paper, with the filters of the screen. */
export function ExportMenu({ busy, onExport }: ExportMenuProps) {
  return (
    <Menu hasIcons>
      <MenuTrigger disableButtonEnhancement>
        <ToolbarButton icon={<ArrowDownloadRegular />} disabled={busy}>
          Export
        </ToolbarButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {(Object.keys(FORMATS) as Format[]).map((format) => (
            <MenuItem key={format} onClick={() => onExport(format)}>
              {FORMATS[format].label}
            </MenuItem>
          ))}
          <MenuDivider />
          <MenuItem icon={<PrintRegular />} onClick={() => onExport("print")}>
            Print
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
