import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from "@fluentui/react-components";
import type { ReactNode } from "react";
import { SubmitButton } from "./SubmitButton";
import { useFocusReturn } from "./useFocusReturn";

interface ConfirmDialogProps {
  open: boolean;
  title: string;
  /** The button that does it, as what it does. */
  action: string;
  busy: boolean;
  /** False while a condition for going ahead is not met. */
  ready?: boolean;
  /** What that condition is, as a sentence. */
  needs?: string;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, title, action, busy, ready = true, onConfirm, onClose, children } = props;
  useFocusReturn(open);
  const needs = props.needs ?? "Something is still to be filled in.";
  return (
    <Dialog open={open} onOpenChange={(_, data) => !data.open && !busy && onClose()}>
      <DialogSurface>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (ready && !busy) onConfirm();
          }}
        >
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent>{children}</DialogContent>
            <DialogActions>
              <SubmitButton appearance="primary" busy={busy} needs={!ready && needs}>
                {action}
              </SubmitButton>
              <Button disabled={busy} onClick={onClose}>
                Cancel
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
