import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { useFocusReturn } from "./useFocusReturn";

function Card({ onClose }: { onClose: () => void }) {
  useFocusReturn();
  return (
    <div role="dialog">
      <input aria-label="Name" autoFocus />
      <button onClick={onClose}>Close</button>
    </div>
  );
}

/** A list whose dialog may take away what had opened it, as deleting does. */
function List() {
  const [open, setOpen] = useState(false);
  const [gone, setGone] = useState(false);
  return (
    <>
      <main id="main" tabIndex={-1} aria-label="List">
        {!gone && <button onClick={() => setOpen(true)}>Open</button>}
      </main>
      {open && <Card onClose={() => setOpen(false)} />}
      {open && (
        <button
          onClick={() => {
            setGone(true);
            setOpen(false);
          }}
        >
          Delete
        </button>
      )}
      <input aria-label="Elsewhere" />
    </>
  );
}

it("gives the focus back to what had opened a dialog, or to the content when that is gone", async () => {
  const user = userEvent.setup();
  render(<List />);
  const opener = screen.getByRole("button", { name: "Open" });
  await user.click(opener);
  expect(screen.getByLabelText("Name")).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Close" }));
  await waitFor(() => expect(opener).toHaveFocus());

  await user.click(opener);
  await user.click(screen.getByRole("button", { name: "Delete" }));
  await waitFor(() => expect(screen.getByRole("main")).toHaveFocus());
});

it("leaves the focus to whoever has taken it", async () => {
  const user = userEvent.setup();
  render(<List />);
  await user.click(screen.getByRole("button", { name: "Open" }));
  screen.getByRole("button", { name: "Close" }).click();
  screen.getByLabelText("Elsewhere").focus();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(screen.getByLabelText("Elsewhere")).toHaveFocus();
});
