import { FluentProvider, Toaster } from "@fluentui/react-components";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, useEffect, useState } from "react";
import { makeQueryClient } from "@/api/queries";
import { onSessionChange, useSession } from "@/api/session";
import { TOASTER } from "@/ui/useNotify";
import { makeRouter } from "./router";
import { useTheme } from "./theme";

export function Root() {
  const theme = useTheme();
  const [queryClient] = useState(makeQueryClient);
  const [router] = useState(() => makeRouter(queryClient));
  const session = useSession();

  // Signing out, here or in another tab, forgets everything and leads to the sign-in page.
  useEffect(
    () =>
      onSessionChange(() => {
        void router.invalidate();
      }),
    [router],
  );
  const signedOut = session.status === "signed-out";
  useEffect(() => {
    if (signedOut) queryClient.clear();
  }, [signedOut, queryClient]);

  return (
    <StrictMode>
      <FluentProvider theme={theme}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
        <Toaster toasterId={TOASTER} position="bottom-end" />
      </FluentProvider>
    </StrictMode>
  );
}
