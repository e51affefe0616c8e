import { FluentProvider } from "@fluentui/react-components";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { SubmitButton } from "./SubmitButton";

function Form({ onSend }: { onSend: () => void }) {
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  return (
    <FluentProvider>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setBusy(true);
          onSend();
        }}
      >
        <input aria-label="Name" value={name} onChange={(event) => setName(event.target.value)} />
        <SubmitButton busy={busy} needs={!name && "Give a name."}>
          Save
        </SubmitButton>
      </form>
      <button onClick={() => setName("Adatum")}>Fill in</button>
      <button onClick={() => setBusy(false)}>Finish</button>
    </FluentProvider>
  );
}

it("stays the same button, described only while something is missing, and sends once", async () => {
  const user = userEvent.setup();
  const send = vi.fn();
  render(<Form onSend={send} />);
  const save = screen.getByRole("button", { name: "Save" });
  expect(save).toHaveAccessibleDescription("Give a name.");
  expect(save).toHaveAttribute("aria-disabled", "true");
  await user.click(save);
  await user.type(screen.getByLabelText("Name"), "{Enter}");
  expect(send).not.toHaveBeenCalled();

  // It becomes usable under the focus.
  save.focus();
  screen.getByRole("button", { name: "Fill in" }).click();
  await vi.waitFor(() => expect(save).not.toHaveAttribute("aria-disabled"));
  expect(save).toBeInTheDocument();
  expect(save).toHaveFocus();
  expect(save).not.toHaveAccessibleDescription();
  expect(screen.queryByRole("tooltip")).not.toBeInTheDocument();

  // It works, is off, and keeps the focus.
  await user.keyboard("{Enter}");
  await user.keyboard("{Enter}");
  expect(send).toHaveBeenCalledTimes(1);
  expect(save).toHaveAttribute("aria-disabled", "true");
  expect(save).toHaveFocus();
  screen.getByRole("button", { name: "Finish" }).click();
  await vi.waitFor(() => expect(save).not.toHaveAttribute("aria-disabled"));
  expect(save).toHaveFocus();
});
