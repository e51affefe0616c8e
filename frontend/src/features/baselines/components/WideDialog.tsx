import {
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
} from "@fluentui/react-components";
import type { ReactNode } from "react";
import { useFocusReturn } from "@/ui/useFocusReturn";

const useStyles = makeStyles({
  surface: { maxWidth: "860px", width: "calc(100vw - 32px)" },
  content: { display: "flex", flexDirection: "column", gap: "16px", paddingTop: "8px" },
});

interface WideDialogProps {
  title: string;
  busy?: boolean;
  onClose: () => void;
  actions: ReactNode;
  children: ReactNode;
}

/** A dialog with room for a comparison side by side. */
export function WideDialog({ title, busy = false, onClose, actions, children }: WideDialogProps) {
  const styles = useStyles();
  useFocusReturn();
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && !busy && onClose()}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className={styles.content}>{children}</DialogContent>
          <DialogActions>{actions}</DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
