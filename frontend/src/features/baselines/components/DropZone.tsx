import { Button, Text, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ArrowUploadRegular } from "@fluentui/react-icons";
import { useRef, useState } from "react";
import { type PickedFile, fromDrop, fromInput } from "../files";

const useStyles = makeStyles({
  zone: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: "10px",
    padding: "24px",
    borderRadius: tokens.borderRadiusLarge,
    border: `1px dashed ${tokens.colorNeutralStrokeAccessible}`,
    backgroundColor: tokens.colorNeutralBackground2,
    textAlign: "center",
  },
  over: { backgroundColor: tokens.colorBrandBackground2 },
  buttons: { display: "flex", gap: "8px", flexWrap: "wrap", justifyContent: "center" },
  icon: { fontSize: "28px" },
});

interface DropZoneProps {
  disabled: boolean;
  onPick: (files: PickedFile[]) => void;
}

/** Files by drag and drop, folders included, or by the browser's own pickers. */
export function DropZone({ disabled, onPick }: DropZoneProps) {
  const styles = useStyles();
  const [over, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  return (
    <div
      className={mergeClasses(styles.zone, over && styles.over)}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (!disabled) void fromDrop(event.dataTransfer).then(onPick);
      }}
    >
      <ArrowUploadRegular className={styles.icon} aria-hidden="true" />
      <Text>Drop policy JSON files or a folder here</Text>
      <div className={styles.buttons}>
        <Button disabled={disabled} onClick={() => files.current?.click()}>
          Choose files
        </Button>
        <Button disabled={disabled} onClick={() => folder.current?.click()}>
          Choose a folder
        </Button>
      </div>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Policy files"
        onChange={(event) => {
          if (event.target.files) onPick(fromInput(event.target.files));
          event.target.value = "";
        }}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        aria-label="Folder of policy files"
        {...{ webkitdirectory: "" }}
        onChange={(event) => {
          if (event.target.files) onPick(fromInput(event.target.files));
          event.target.value = "";
        }}
      />
    </div>
  );
}
