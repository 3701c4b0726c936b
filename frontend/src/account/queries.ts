import { api } from "~/api";

export const accountQuery = {
  queryKey: ["account"],
  queryFn: async () => (await api.GET("/api/v1/me")).data!,
};

export const factorsQuery = {
  queryKey: ["factors"],
  queryFn: async () => (await api.GET("/api/v1/me/factors")).data!,
};

export const sessionsQuery = {
  queryKey: ["sessions"],
  queryFn: async () => (await api.GET("/api/v1/sessions")).data!.data,
};
