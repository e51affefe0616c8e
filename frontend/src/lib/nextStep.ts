/** Where a customer's next step is. The server says which step it is; here is only its address. */
export function nextStepPath(step: "connect" | "import" | "summary") {
  switch (step) {
    case "connect":
      return "/customers/$customerId/connection" as const;
    case "import":
      return "/customers/$customerId/import" as const;
    case "summary":
      return "/customers/$customerId/summary" as const;
  }
}
