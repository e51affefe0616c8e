import { Toast, ToastTitle, useToastController } from "@fluentui/react-components";
import { useCallback } from "react";

/** The one toaster of the page, placed by the app. */
export const TOASTER = "policytab";

/** Tells that something the person asked for is done. What failed is told where it failed instead. */
export function useNotify(): (text: string) => void {
  const { dispatchToast } = useToastController(TOASTER);
  return useCallback(
    (text: string) => {
      dispatchToast(
        <Toast>
          <ToastTitle>{text}</ToastTitle>
        </Toast>,
        { intent: "success", timeout: 4_000 },
      );
    },
    [dispatchToast],
  );
}
