import { api } from "~/api";

/** The ways to sign in to this tenant. */
export const optionsQuery = {
  queryKey: ["sign-in options"],
  queryFn: async () => (await api.GET("/api/v1/auth/options")).data!,
  staleTime: 60_000,
};
