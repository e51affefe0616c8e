import { Text } from "@fluentui/react-components";
import { ProblemMessage } from "@/api/ProblemMessage";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { useNotify } from "@/ui/useNotify";
import { type Person, useFactorReset, useSessionsEnd } from "../queries";

interface AccessDialogProps {
  person: Person;
  onClose: () => void;
}

export function ResetFactorDialog({ person, onClose }: AccessDialogProps) {
  const notify = useNotify();
  const reset = useFactorReset(person);
  return (
    <ConfirmDialog
      open
      title={`Remove the second factor of ${person.display_name}?`}
      action="Remove"
      busy={reset.isPending}
      onClose={onClose}
      onConfirm={() =>
        reset.mutate(undefined, {
          onSuccess: () => {
            notify(`${person.display_name} signs in with the password alone`);
            onClose();
          },
        })
      }
    >
      <Text block>
        For who has lost their phone and the recovery codes. Make sure that it is {person.email} who asks:
        afterwards the password alone is enough. Their sessions end.
      </Text>
      {reset.error && <ProblemMessage error={reset.error} />}
    </ConfirmDialog>
  );
}

export function EndSessionsDialog({ person, onClose }: AccessDialogProps) {
  const notify = useNotify();
  const end = useSessionsEnd(person);
  return (
    <ConfirmDialog
      open
      title={`Sign ${person.display_name} out everywhere?`}
      action="Sign out"
      busy={end.isPending}
      onClose={onClose}
      onConfirm={() =>
        end.mutate(undefined, {
          onSuccess: () => {
            notify(`${person.display_name} was signed out everywhere`);
            onClose();
          },
        })
      }
    >
      <Text block>{person.email} has to sign in again on every device.</Text>
      {end.error && <ProblemMessage error={end.error} />}
    </ConfirmDialog>
  );
}
