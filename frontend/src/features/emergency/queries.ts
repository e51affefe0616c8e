import { useMutation, useQueryClient } from "@tanstack/react-query";
import { http } from "@/api/client";
import { type EmergencyAccess, emergencyOptions } from "@/api/emergency";
import { type Problem, problemOf } from "@/api/problems";
import { invalidateCustomer } from "@/api/queries";
import type { components } from "@/api/schema";
import { type Tagged, basedOn, tagged } from "@/api/tagged";

export type EmergencyObject = components["schemas"]["EmergencyObject"];
export type EmergencyChoice = components["schemas"]["EmergencyChoice"];
export type EmergencyChoices = components["schemas"]["EmergencyChoices"];

/** What is said of an object: it is, it is not, or nothing. */
export type Word = "confirmed" | "refused" | undefined;

/** What people say with one more word in it; the server takes it in place of what was said. */
export function withWord(
  { objects }: EmergencyAccess,
  choice: EmergencyChoice,
  word: Word,
): EmergencyChoices {
  const said = (standing: EmergencyObject["standing"]) =>
    objects
      .filter((each) => each.standing === standing && each.id !== choice.id)
      .map(({ kind, id }) => ({ kind, id }));
  return {
    confirmed: [...said("confirmed"), ...(word === "confirmed" ? [choice] : [])],
    refused: [...said("refused"), ...(word === "refused" ? [choice] : [])],
  };
}

export interface Saying {
  choice: EmergencyChoice;
  word: Word;
}

/** Says something of one object; refused when the customer is no longer what was shown. */
export function useEmergencySay(customerId: string, view: Tagged<EmergencyAccess>) {
  const client = useQueryClient();
  const options = emergencyOptions(customerId);
  return useMutation<Tagged<EmergencyAccess>, Problem, Saying>({
    mutationFn: async ({ choice, word }) => {
      const { data, error, response } = await http.PUT("/api/v1/customers/{id}/emergency-access", {
        params: { path: { id: customerId }, header: basedOn(view.etag) },
        body: withWord(view.body, choice, word),
      });
      if (error) throw error;
      return tagged(data, response);
    },
    onSuccess: (saved) => {
      client.setQueryData(options.queryKey, saved);
      return invalidateCustomer(client, customerId);
    },
    onError: async (error) => {
      if (problemOf(error, "precondition_failed")) await client.invalidateQueries(options);
    },
  });
}
