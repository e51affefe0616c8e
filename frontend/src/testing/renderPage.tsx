import { FluentProvider, webLightTheme, Toaster } from "@fluentui/react-components";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider, createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { signIn } from "@/api/session";
import type { Role } from "@/api/access";
import { makeRouter } from "@/app/router";
import { TOASTER } from "@/ui/useNotify";
import { sessionOf } from "./fixtures";
import { ANY, server } from "./server";

/** Opens an address of the console as somebody of this role, with the real routes and the real client. */
export async function renderPage(address: string, role: Role = "owner", session = sessionOf(role)) {
  server.use(http.post(`${ANY}/auth/login`, () => HttpResponse.json(session)));
  await signIn("robin@msp.example", "correct horse battery");
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 0 } } });
  const history = createMemoryHistory({ initialEntries: [address] });
  const router = makeRouter(client, history);
  const view = render(
    <FluentProvider theme={webLightTheme}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
      <Toaster toasterId={TOASTER} />
    </FluentProvider>,
  );
  return { ...view, router, client, address: () => history.location.href };
}
